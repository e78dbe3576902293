"""From a text of any length to its entities, in time that grows with its length alone."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from cryptodesk.documents.entities.gazetteer import Gazetteer, load_gazetteer
from cryptodesk.documents.entities.names import find_names
from cryptodesk.documents.entities.patterns import find_cashtags, find_patterns
from cryptodesk.documents.entities.records import AssetFinder, AssetMention, Entities, Form, Mention, Reading
from cryptodesk.documents.entities.resolve import group, order_readings, settle
from cryptodesk.documents.entities.roles import find_parties, with_roles
from cryptodesk.documents.entities.unlisted import find_organizations, find_people
from cryptodesk.documents.entities.words import Passage, fold

__all__ = ["CHUNK_CHARACTERS", "MAX_CHARACTERS", "extract_entities"]

MAX_CHARACTERS = 4_000_000
# An asset finder reads no more than 20,000 characters at once.
CHUNK_CHARACTERS = 8_000
_BREAKS = ("\n\n", "\n", ". ", " ")
_BREAK_WITHIN = 2_000
_LEAST_SLIP = 0.75
_BODIES = frozenset({"organization", "investor", "network"})


def extract_entities(text: str, finder: AssetFinder | None = None, gazetteer: Gazetteer | None = None) -> Entities:
    """Entities, the most relevant first, with every mention's place in the text as it was given.

    `finder` finds assets in prose; without one only cashtags are. Of very long texts only the first `MAX_CHARACTERS`
    are read, and a note says so. Pure work of the processor: run it in a thread where others wait."""
    listed = gazetteer or load_gazetteer()
    bounded = text[:MAX_CHARACTERS]
    mentions: list[Mention] = []
    for start, chunk in _chunks(bounded):
        mentions += (_moved(mention, start) for mention in _find(chunk, finder, listed))
    notes = () if len(bounded) == len(text) else (f"only the first {MAX_CHARACTERS:,} characters were read",)
    return Entities(group(mentions, len(bounded)), len(bounded), notes)


def _find(chunk: str, finder: AssetFinder | None, gazetteer: Gazetteer) -> list[Mention]:
    shaped = settle(find_patterns(chunk, gazetteer))
    passage = Passage(chunk, [(mention.start, mention.end) for mention in shaped])
    prose = passage.prose
    assets = [_from_asset(found) for found in finder(prose) if not _is_slip(found)] if finder is not None else []
    named = settle([*assets, *find_names(passage, gazetteer), *find_cashtags(prose)])
    # What no list holds never takes a place from what one does.
    guessed = [
        one for one in (*find_people(prose), *find_organizations(prose), *find_parties(prose)) if _is_free(one, named)
    ]
    places = {word.start: index for index, word in enumerate(passage.words)}
    ordered = [order_readings(passage, mention, places) for mention in (*shaped, *settle([*named, *guessed]))]
    return with_roles(prose, ordered)


def _is_free(guess: Mention, named: list[Mention]) -> bool:
    """Whether no listed name has the place."""
    return all(
        guess.end <= mention.start or mention.end <= guess.start or _is_firm_of(guess, mention) for mention in named
    )


def _is_firm_of(guess: Mention, mention: Mention) -> bool:
    """ "Lumen Foundation" beside the asset Lumen: the body, not the coin. "Solana Network" is Solana, though."""
    inside = guess.start <= mention.start and mention.end <= guess.end and len(mention.text) < len(guess.text)
    if not inside or mention.best.type != "asset":
        return False
    is_same = guess.best.type == "network" and guess.text.rpartition(" ")[0] == mention.text
    return guess.best.type in _BODIES and not is_same


def _is_slip(found: AssetMention) -> bool:
    """Whether the finder took a word in small letters for a misspelt name: a question is forgiven, prose is not."""
    key = fold(found.text)
    return (
        found.confidence < _LEAST_SLIP
        and found.text[:1].islower()
        and key not in {fold(found.name), fold(found.symbol)}
    )


def _from_asset(found: AssetMention) -> Mention:
    reading = Reading("asset", f"asset:{found.asset_id}", found.name, found.confidence)
    rivals = tuple(Reading("asset", f"asset:{rival}", found.text, 0.3) for rival in found.rivals)
    is_ticker = found.text.startswith("$") or found.text == found.symbol
    form: Form = "ticker" if is_ticker else "name"
    return Mention(found.start, found.end, found.text, form, (reading,), (f"asset:{found.asset_id}",), rivals)


def _chunks(text: str) -> Iterator[tuple[int, str]]:
    """Pieces of bounded length, cut between paragraphs, lines, sentences or words where there are any."""
    start = 0
    while start < len(text):
        end = min(start + CHUNK_CHARACTERS, len(text))
        if end < len(text):
            breaks = (text.rfind(mark, end - _BREAK_WITHIN, end) + len(mark) for mark in _BREAKS)
            end = next(
                (
                    place
                    for place, mark in zip(breaks, _BREAKS, strict=True)
                    if place >= end - _BREAK_WITHIN + len(mark)
                ),
                end,
            )
        yield start, text[start:end]
        start = end


def _moved(mention: Mention, by: int) -> Mention:
    return mention if by == 0 else replace(mention, start=mention.start + by, end=mention.end + by)
