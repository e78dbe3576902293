"""NFT collections: the floor price, volume, market value and owners of one that is named."""

# ruff: noqa: E501 - a phrase table reads better with one entry a line

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from cryptodesk.core.patterns import Pattern
from cryptodesk.models.analyst.calls import Call
from cryptodesk.models.analyst.formats import big_money, coins, money, number, percent
from cryptodesk.models.analyst.reading import Reading
from cryptodesk.models.analyst.skills._asking import is_about_meaning, is_for_figures, own_word
from cryptodesk.models.analyst.skills._leverage import CoinRow
from cryptodesk.models.analyst.skills._listed import listed_calls, looked_up, rows_of, unresolved
from cryptodesk.models.analyst.skills._overview import fact_at, moved, pull_hint
from cryptodesk.models.analyst.skills._skill import Ask, Claim, Skill
from cryptodesk.models.analyst.skills._spoken_names import spoken_names
from cryptodesk.models.analyst.text import shown
from cryptodesk.models.analyst.tool_names import ID_LOOKUP, MARKET_DATA
from cryptodesk.models.analyst.writer.draft import Draft, Fact, Setting, join_names, join_paragraphs
from cryptodesk.models.analyst.writer.sourcing import closing
from cryptodesk.models.analyst.writer.table import table

__all__ = ["SKILL", "NftSlots"]

_KNOWN = Pattern(
    r"\b(bored apes?(?: yacht club)?|bayc|mutant apes?(?: yacht club)?|mayc|crypto ?punks?|pudgy penguins?(?= (?:nft|floor|collection))|lil pudgys?|azuki(?! token)|doodles|moonbirds?|milady(?: maker)?s?|cool cats|clone ?x|meebits|world of women|degods|y00ts|mad lads|okay bears|tensorians|claynosaurz|art blocks|autoglyphs|otherdeeds?|invisible friends|nouns|checks vv|nodemonkes|bitcoin puppets|ordinal maxi biz|redacted remilio)\b"
)
_NFT = Pattern(
    r"\bnfts?\b|\bnon[- ]fungible\b|\bfloor(?: price)?s?\b|\b(?:the|an?) [\w' ]{3,40} collection\b|\bcollection [A-Z]"
)
# Names of collections end in what their pictures are of, or in a word for those who hold them.
_OF_PICTURES = Pattern(
    r"\b(?:[A-Z][\w'-]+ ){1,4}(?:Club|Tribe|Society|Punks?|Apes?|Cats?|Bears?|Birds?|Penguins?|Heads?|Cards|Relics?|Genesis|Kitties|Frogs?|Friends|Squad|Gang|Dogs?|Gods?|Lads|Wolves|Monkeys?|Owls?)\b|\b[a-z]{3,} [a-z]{3,} (?:club|tribe|society|punks|apes|heads|cards|relics|genesis)\b"
)
_FLOOR = Pattern(r"\bfloor(?: price)?s?\b")
_FIGURES = Pattern(
    r"\b(?:floors?|volumes?|traded|sales|market cap|mcap|worth|value|owners?|holders?|supply|price|prices|set me back|set you back|entry|buy[- ]in|get into|cheap|stats|data|how (?:much|many)|at least|minimum|figures|doing|costs?|cheapest|items?|pieces?|change|go for|chain|owns|trade)\b"
)
_LISTS = Pattern(
    r"\b(?:top|biggest|largest|best|most|highest|trending|hottest|popular|list|rank\w*|which|what new|new(?:est)?|latest|upcoming|mint(?:ing|s)?|floor movers)\b.{0,40}\b(?:nfts?|collections?)\b|\bnfts?\b.{0,30}\b(?:ranking|ranked|list|market(?! (?:cap|value))|sales|volume|minting|mints|trending|mint)\b|\bnft (?:market|sector|space|volume|sales|mints?)\b|\bnfts\b.{0,12}\b(?:today|now|this week)\b"
)
# What is asked of one collection; a coin named like one has other figures besides.
_ONE = Pattern(
    r"\b(?:floors?|owners?|holders?|items?|pieces?|cheapest|volumes?|market cap|mcap|stats|price|cost|costs|worth|set (?:me|you|one) back|entry (?:price|ticket|level)|buy-?in|get into|get one|cheap(?:er)?|traded?|sold|sales|change|collection|supply|how many|go for|owns|chain)\b"
)
# "It's an NFT" says what the name is of, and is no part of it.
_CLASS = Pattern(
    r"[,;.?!(-]*\s*\b(?:it'?s|it is|that'?s|which is|they'?re|they are|is|i mean)\s+(?:the |an? )?nfts?(?: collection| project)?\b[,;.]?|\(nfts?(?: collection)?\)"
)
_ASKING = frozenset(
    """
    nft nfts non-fungible fungible token tokens floor floors owner owners holder holders unique item items piece pieces
    supply chain blockchain network platform minted mint mints cheapest listed listing offers bid lowest ask series
    wallets people addresses distinct dearest latest newest entry set project projects marketplace opensea eth
    """.split()  # noqa: SIM905
)
_OTHER = Pattern(
    r"\b(?:news|tax\w*|create|make|sell|launch|copyright|hack\w*|scam|rug\w*|utility|leverage|safe|coins?|tokens?(?! standard)|lend\w*|royalt\w+|support level|trading floor|integration|projects? on)\b"
)
_TERM = Pattern(r"(?:an? )?(?:nfts?|non[- ]fungible tokens?|floor price)")
_MOST_WORDS = 16
_WORDS = {
    "floor_price": "floor price",
    "volume_24h": "24-hour volume",
    "market_cap": "market value",
    "owners": "owners",
    "total_supply": "pieces",
}


class NftSlots(Struct, frozen=True):
    """`names` of collections as they were said; none where a list of collections is asked for."""

    names: tuple[str, ...] = ()


def _recognise(reading: Reading) -> Claim | None:
    lowered = reading.lowered
    has_word, known = (
        _NFT.search(lowered) is not None,
        [reading.text[match.start() : match.end()] for match in _KNOWN.finditer(lowered)],
    )
    is_likely = not has_word and not known and _OF_PICTURES.search(reading.text) is not None and _ONE.search(lowered)
    if reading.words > _MOST_WORDS or not (has_word or known or is_likely) or not is_for_figures(reading):
        return None
    is_list = not known and not _FLOOR.search(lowered) and _LISTS.search(lowered) is not None
    if is_about_meaning(reading, _TERM) or (_OTHER.search(lowered) and not is_list):
        return None
    if is_list:
        return Claim(own_word(reading), NftSlots())
    names = tuple(dict.fromkeys(known)) or _spoken(reading)
    if not names or not (has_word or _FIGURES.search(lowered) or reading.words <= 3):
        return None
    sure = own_word(reading) if has_word or known else 0.975 if is_likely else 0.91
    return Claim(sure, NftSlots(names[:5]))


def _spoken(reading: Reading) -> tuple[str, ...]:
    """What is left of the question without the words that ask, as it was written."""
    text = reading.text
    for match in _CLASS.finditer(reading.lowered):
        text = f"{text[: match.start()]}{' ' * len(match.group())}{text[match.end() :]}"
    return spoken_names(text, _ASKING)


def _slots(slots: Any) -> NftSlots:
    return slots if isinstance(slots, NftSlots) else NftSlots()


def _calls(ask: Ask) -> Sequence[Call]:
    return listed_calls(ask, "nft", _slots(ask.plan.slots).names) or _asking_why(ask)


def _asking_why(ask: Ask) -> Sequence[Call]:
    """No tool lists collections; whether it knows any at all is worth a look before that is said."""
    if _slots(ask.plan.slots).names or not ask.offer.allows(ID_LOOKUP):
        return ()
    return (Call(ID_LOOKUP, {"query": "nft", "asset_type": "nft", "limit": 5}),)


def _write(setting: Setting) -> Draft:
    names = _slots(setting.plan.slots).names
    if not names:
        return _write_no_list(setting)
    rows = rows_of(setting.evidence, "nft")
    found = looked_up(setting.evidence, "nft", names)
    lines = [*unresolved(found, "NFT collection"), *(_sentence(row, is_brief=setting.is_brief) for row in rows)]
    if not rows and not found:
        gaps = [gap.reason for result in setting.evidence.results_of(MARKET_DATA) for gap in result.unavailable]
        lines.append(f"No figures of that collection are at hand{f': {shown(gaps[0], 200)}' if gaps else ''}.")
    hint = "" if rows else pull_hint(setting.evidence.results_of(ID_LOOKUP, MARKET_DATA))
    body = _table(rows) if len(rows) > 1 and not setting.is_brief else ""
    note = (
        "The floor is the lowest price asked, not one paid; market value is the floor times the pieces."
        if setting.is_detailed and rows
        else ""
    )
    results = list({id(row.result): row.result for row in rows}.values())
    text = join_paragraphs(" ".join(lines), hint, body, note, closing(setting, results) if results else "")
    return Draft(text, tuple(fact for row in rows for fact in _facts(row)))


def _write_no_list(setting: Setting) -> Draft:
    key = "nft_id_look_up_result"
    results = setting.evidence.results_of(ID_LOOKUP)
    reason = next((shown(gap.reason, 200) for one in results for gap in one.unavailable if gap.field == key), "")
    known = [shown(row.get("name"), 60) for one in results for row in one.rows(key)]
    why = f" ({reason})" if reason else ""
    text = f"No tool ranks NFT collections or lists new ones{why}; I can give the floor price, volume and owners of one that you name."
    example = f"Among those at hand are {join_names(known)}." if known else ""
    return Draft(join_paragraphs(" ".join(filter(None, (text, example))), pull_hint(results)))


def _label(row: CoinRow) -> str:
    return shown(row.row.get("name"), 80) or f"Collection {shown(row.row.get('asset_id'), 60)}"


def _sentence(row: CoinRow, *, is_brief: bool) -> str:
    """The floor first, in dollars and in the chain's coin, with its change where the tool gives one."""
    floor, native = row.figure("floor_price"), row.figure("floor_price_native")
    change = row.figure("percent_change_24h")
    currency = shown(row.row.get("native_currency"), 12)
    if floor is None and native is None:
        lead = f"the floor price of {_label(row)} is not known: {row.why('floor_price')}"
    else:
        said = [
            money(floor) if floor is not None else None,
            coins(round(native, 4), currency) if native is not None else None,
        ]
        known = [text for text in said if text]
        beside = f" ({known[1]})" if len(known) > 1 else ""
        over = f", {moved(change)} over 24 hours" if change is not None else ""
        platform = shown(row.row.get("platform"), 40)
        lead = (
            f"{_label(row)}{f' (on {platform})' if platform else ''}: the floor price is **{known[0]}**{beside}{over}"
        )
    rest = "" if is_brief else _rest(row)
    text = f"{lead}{f'; {rest}' if rest else ''}."
    return text[0].upper() + text[1:]


def _rest(row: CoinRow) -> str:
    volume, cap = row.figure("volume_24h"), row.figure("market_cap")
    owners, supply = row.figure("owners"), row.figure("total_supply")
    parts = [
        f"24-hour volume {big_money(volume)}" if volume is not None else "",
        f"market value {big_money(cap)}" if cap is not None else "",
        f"{number(owners)} owners" if owners is not None else "",
        f"{number(supply)} pieces" if supply is not None else "",
    ]
    return join_names([part for part in parts if part])


def _table(rows: Sequence[CoinRow]) -> str:
    cells = [
        [
            _label(row),
            money(row.figure("floor_price")),
            percent(row.figure("percent_change_24h")),
            *(big_money(row.figure(name)) for name in ("volume_24h", "market_cap")),
            number(row.figure("owners")),
        ]
        for row in rows
    ]
    return table(("Collection", "floor price", "24h", "24h volume", "market value", "owners"), cells)


def _facts(row: CoinRow) -> list[Fact]:
    money_fields = {"floor_price", "volume_24h", "market_cap"}
    known = [(name, value) for name in _WORDS if (value := row.figure(name)) is not None]
    return [
        fact_at(row.result, name, value, "USD" if name in money_fields else "", symbol=_label(row))
        for name, value in known
    ]


SKILL = Skill(
    name="nfts",
    title="NFT collections",
    examples=("Bored Ape floor price", "CryptoPunks floor", "how many owners does Azuki have", "top NFT collections"),
    tools=(MARKET_DATA, ID_LOOKUP),
    recognise=_recognise,
    calls=_calls,
    write=_write,
)
