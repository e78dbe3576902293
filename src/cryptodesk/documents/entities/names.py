"""Listed names in a passage, with the proof that each of them asks for."""

from __future__ import annotations

from collections.abc import Iterator

from cryptodesk.documents.entities.cues import count_cues, speaks_against
from cryptodesk.documents.entities.gazetteer import Gazetteer, Listed, Spelling
from cryptodesk.documents.entities.records import Mention, Reading
from cryptodesk.documents.entities.words import Passage

__all__ = ["find_names"]

_SURE, _CASED, _CUED = 0.96, 0.9, 0.8


def find_names(passage: Passage, gazetteer: Gazetteer) -> Iterator[Mention]:
    """In the order of the text, never overlapping; one name with several entries has several readings."""
    words = passage.words
    index = 0
    while index < len(words):
        found = _longest(passage, gazetteer, index)
        if not found:
            index += 1
            continue
        count = len(found[0][0].words)
        yield _mention(passage, index, index + count - 1, found)
        index += count


def _longest(passage: Passage, gazetteer: Gazetteer, index: int) -> list[tuple[Spelling, float]]:
    """The entries of the longest name that begins here, each with its confidence."""
    spellings = gazetteer.by_first.get(passage.words[index].key, ())
    found: list[tuple[Spelling, float]] = []
    for spelling in spellings:
        if found and len(spelling.words) < len(found[0][0].words):
            break
        if _stands(passage, spelling, index) and (confidence := _proof(passage, spelling, index)):
            found.append((spelling, confidence))
    return found


def _stands(passage: Passage, spelling: Spelling, index: int) -> bool:
    count = len(spelling.words)
    if index + count > len(passage.words):
        return False
    if any(passage.words[index + place].key != word for place, word in enumerate(spelling.words)):
        return False
    return all(passage.is_name_gap(place) for place in range(index, index + count - 1))


def _proof(passage: Passage, spelling: Spelling, index: int) -> float:
    """0 where the text does not prove the name."""
    last = index + len(spelling.words) - 1
    entry = spelling.entry
    is_long = last > index
    if is_long and entry.proof != "any":
        # Two words in a row are rarely chance, but ordinary words need their capitals.
        return _CASED if _has_capitals(passage, spelling, index) else _lower_name(entry)
    if entry.proof == "any" or is_long:
        return _SURE if is_long or len(spelling.text) > 3 or passage.words[index].text == spelling.text else 0.0
    if not _has_capitals(passage, spelling, index) or speaks_against(passage, index, last):
        return 0.0
    if entry.proof == "cased":
        return 0.0 if entry.type == "person" and _is_part_of_other_name(passage, index) else _CASED
    cues = count_cues(passage, index, last, entry.type)
    if not cues or (not passage.is_headline and _is_part_of_other_name(passage, index)):
        return 0.0
    return _CUED + 0.03 * min(cues - 1, 3)


def _lower_name(entry: Listed) -> float:
    return 0.85 if entry.type == "person" else 0.0


def _has_capitals(passage: Passage, spelling: Spelling, index: int) -> bool:
    """Whether each word that is spelt with a capital has one here; short names all of theirs."""
    shown = passage.text[passage.words[index].start : passage.words[index + len(spelling.words) - 1].end]
    if len(spelling.words) == 1 and spelling.text.isupper():
        return shown == spelling.text
    given = [mark for mark in spelling.text.split(" ") if mark]
    seen = [mark for mark in shown.replace("\u00a0", " ").split(" ") if mark]
    if len(given) != len(seen):
        return shown[:1].isupper() or not spelling.text[:1].isupper()
    return all(new[0].isupper() or not old[0].isupper() for old, new in zip(given, seen, strict=True))


def _is_part_of_other_name(passage: Passage, index: int) -> bool:
    """Whether the word beside has a capital as well: "Trading Strategy", "Paradigm Shift"."""
    for step in (-1, 1):
        other = passage.neighbour(index, step)
        if other is None or not other.text[0].isupper() or other.text.isupper() or len(other.text) < 3:
            continue
        if step < 0 and passage.starts_sentence(index - 1):
            continue
        if passage.words[index].sentence == other.sentence:
            return True
    return False


def _mention(passage: Passage, first: int, last: int, found: list[tuple[Spelling, float]]) -> Mention:
    start, end = passage.words[first].start, passage.words[last].end
    ranked = sorted(found, key=lambda one: -count_cues(passage, first, last, one[0].entry.type))
    readings = tuple(
        Reading(spelling.entry.type, spelling.entry.entity_id, spelling.entry.name, round(confidence, 2))
        for spelling, confidence in ranked
    )
    links = tuple(dict.fromkeys(link for spelling, _ in ranked for link in spelling.entry.links))
    return Mention(start, end, passage.text[start:end], "name", readings, links)
