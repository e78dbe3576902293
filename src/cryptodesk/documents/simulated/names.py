"""Who writes in the simulated world, and what its invented protocols are called. Nothing here names anything real."""

from __future__ import annotations

from msgspec import Struct

from cryptodesk.documents.simulated.draws import Draws

__all__ = [
    "BLOGS",
    "MACRO_DESK",
    "NETWORKS",
    "NEWSROOMS",
    "RESEARCH",
    "Publisher",
    "author_name",
    "firm_name",
    "handle",
    "protocol",
]


class Publisher(Struct, frozen=True):
    """A name that says that it is invented, and a host of the domain that is reserved for no one."""

    name: str
    host: str


NEWSROOMS = (
    Publisher("Simulated Wire", "wire.example.invalid"),
    Publisher("Simulated Ledger Daily", "ledger-daily.example.invalid"),
    Publisher("Simulated Block Gazette", "block-gazette.example.invalid"),
    Publisher("Simulated Market Desk", "market-desk.example.invalid"),
    Publisher("Simulated Chain Courier", "chain-courier.example.invalid"),
    Publisher("Simulated Token Times", "token-times.example.invalid"),
    Publisher("Simulated Onchain Observer", "onchain-observer.example.invalid"),
)
RESEARCH = (
    Publisher("Simulated Harbour Research", "harbour-research.example.invalid"),
    Publisher("Simulated Meridian Notes", "meridian-notes.example.invalid"),
)
BLOGS = (
    Publisher("Simulated Validator Blog", "validator-blog.example.invalid"),
    Publisher("Simulated Builders' Journal", "builders-journal.example.invalid"),
)
MACRO_DESK = Publisher("Simulated Macro Calendar", "macro-calendar.example.invalid")
NETWORKS = (
    Publisher("Simulated Social", "social.example.invalid"),
    Publisher("Simulated Forum", "forum.example.invalid"),
)


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_ADJECTIVES = _words(
    "quiet sober patient restless northern copper late early lucky stubborn hidden salty dusty mellow brisk "
    "amber wandering humble crooked gentle"
)
_NOUNS = _words(
    "otter ledger candle heron lantern badger anchor kettle comet harbor pebble walnut falcon thimble orchard "
    "compass magpie trellis beacon mallow"
)
_FIRST = _words(
    "Ada Bruno Carla Dmitri Elif Farid Greta Hugo Ines Jonas Kavya Lars Mina Nadia Oskar Priya Rafael Sofia Tomas Yara"
)
_LAST = _words(
    "Aldergate Brackwell Corvane Dunmere Estwick Fenhollow Garrowby Hartsfeld Ilverson Kestermann Lowmark "
    "Mirovic Netherby Orsolini Pellwright Quarrenden Rookvale Strandmoor Thornbury Wexcombe"
)
_ROOTS = _words(
    "Quillmoor Tarnwick Ostravane Velmere Hollowfen Brindlecap Saltmarch Greywether Larkspire Mossgate "
    "Copperlin Dunharrow Fennick Wrenfall Palisandre Oakreach"
)
_FIRMS = ("Capital", "Partners", "Markets", "Advisers")
_KINDS = ("Lend", "Bridge", "Swap", "Vaults", "Stake", "Perps", "Farm", "Pool")

# A few write much, most write now and then.
_AUTHORS = 2_600
_CROWD_EXPONENT = 1.8


def protocol(draws: Draws) -> tuple[str, str]:
    """Name and kind of a protocol that has no coin."""
    kind = draws.pick(_KINDS)
    return f"{draws.pick(_ROOTS)} {kind}", kind


def author_name(draws: Draws) -> str:
    return f"{draws.pick(_FIRST)} {draws.pick(_LAST)}"


def handle(seed: int, draws: Draws) -> str:
    """Of one of some thousand people, the busy ones more often."""
    number = int(_AUTHORS * draws.unit() ** _CROWD_EXPONENT)
    own = Draws(seed, "author", number)
    return f"{own.pick(_ADJECTIVES)}_{own.pick(_NOUNS)}{number}"


def firm_name(draws: Draws) -> str:
    return f"{draws.pick(_LAST)} {draws.pick(_FIRMS)}"
