"""How good or bad the news in a text is, -1..1, by the words it uses and the words around those.

Source: the constants for negation, for stronger and weaker words and for the scale are those of Hutto and Gilbert,
VADER (ICWSM 2014). Ours are the list of words, and that a movement takes its meaning from the thing that moves.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import sqrt

from msgspec import Struct

from cryptodesk.documents.sentiment.lexicon import Lexicon, Modifiers, Term, load_lexicon
from cryptodesk.documents.sentiment.words import PAUSE, Sentence, split_sentences

__all__ = ["NEUTRAL_BAND", "Score", "score_text"]

# Scores closer to zero than this are neutral.
NEUTRAL_BAND = 0.05

_NEGATED = -0.74
_BOOST = 0.293
_SCALE = 15.0
_REACH = 3
_MOST_LINKS = 2
_SET_ASIDE_RATIO = 0.3
_BEFORE_BUT_RATIO, _AFTER_BUT_RATIO = 0.5, 1.5
_QUESTION_RATIO = 0.5
_THINGS = ("noun", "subject")
_MOVES = ("move", "crash")


class Score(Struct, frozen=True):
    """`value` is -1..1; `terms` are the names of the entries that were found, each once."""

    value: float
    terms: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        if abs(self.value) < NEUTRAL_BAND:
            return "neutral"
        return "positive" if self.value > 0 else "negative"


class _Hit(Struct, frozen=True):
    """Words `start` <= i < `end` of a sentence that say something of weight `polarity`."""

    start: int
    end: int
    term: Term
    polarity: float


def score_text(text: str, lexicon: Lexicon | None = None) -> Score:
    """Zero for a text without a known word. Only the first 4,000 characters count."""
    known = load_lexicon() if lexicon is None else lexicon
    total = 0.0
    terms: dict[str, None] = {}
    for sentence in split_sentences(text):
        hits = list(_find(sentence.words, known))
        terms |= dict.fromkeys(hit.term.name for hit in hits)
        total += _sum(sentence, _paired(sentence.words, hits, known.between), known.modifiers)
    return Score(total / sqrt(total * total + _SCALE), tuple(terms))


def _find(words: Sequence[str], lexicon: Lexicon) -> Iterator[_Hit]:
    """Entries from left to right, of several that begin at one word the longest."""
    place = 0
    while place < len(words):
        for length in range(lexicon.longest.get(words[place], 0), 0, -1):
            term = lexicon.terms.get(tuple(words[place : place + length]))
            if term is not None:
                yield _Hit(place, place + length, term, term.polarity)
                place += length
                break
        else:
            place += 1


def _paired(words: Sequence[str], hits: Sequence[_Hit], between: frozenset[str]) -> list[_Hit]:
    """Hits that count: things and their movements joined into one, things that are neutral by themselves gone."""
    found: list[_Hit] = []
    place = 0
    while place < len(hits):
        run = _run(words, hits, place, between)
        joined = _join(hits[place : place + run])
        found += [joined] if joined else []
        place += run
    return found


def _run(words: Sequence[str], hits: Sequence[_Hit], place: int, allowed: frozenset[str]) -> int:
    """How many hits from `place` on belong together: things, then what moves them; or a movement, then its thing."""
    first = hits[place].term.kind
    end = place + 1
    if first == "move":
        is_thing = (
            end < len(hits) and hits[end].term.kind in _THINGS and _touch(words, hits[end - 1 : end + 1], allowed)
        )
        return 2 if is_thing else 1
    if first not in (*_THINGS, "crash"):
        return 1
    while end < len(hits) and hits[end].term.kind in (*_THINGS, "crash") and hits[end].start == hits[end - 1].end:
        end += 1
    if hits[end - 1].term.kind in _THINGS:
        is_moved = end < len(hits) and hits[end].term.kind in _MOVES and _touch(words, hits[end - 1 : end + 1], allowed)
        return end + is_moved - place
    # A run that ends in a crash: the things before it are what crashes.
    return end - place if end - place > 1 else 1


def _touch(words: Sequence[str], pair: Sequence[_Hit], allowed: frozenset[str]) -> bool:
    """Whether nothing but a few linking or strengthening words stands between two hits."""
    between = words[pair[0].end : pair[1].start]
    return len(between) <= _MOST_LINKS and all(word in allowed for word in between)


def _join(run: Sequence[_Hit]) -> _Hit | None:
    """One hit for a run. A thing's sign times the movement's; without a movement the thing that says most."""
    if len(run) == 1:
        return None if run[0].term.kind == "subject" else run[0]
    movement = run[-1] if run[-1].term.kind in _MOVES else run[0] if run[0].term.kind == "move" else None
    things = [hit for hit in run if hit.term.kind in _THINGS]
    span = (run[0].start, run[-1].end)
    if movement is None or not things:
        strongest = max(run, key=lambda hit: (hit.term.kind != "subject", abs(hit.polarity)))
        return None if strongest.term.kind == "subject" else _Hit(*span, strongest.term, strongest.polarity)
    thing = things[-1]
    size = max(abs(thing.polarity), abs(movement.polarity))
    is_good = (thing.polarity > 0) == (movement.polarity > 0)
    return _Hit(*span, thing.term, size if is_good else -size)


def _sum(sentence: Sentence, hits: Sequence[_Hit], modifiers: Modifiers) -> float:
    words = sentence.words
    turn = None
    if not modifiers.contrasting.isdisjoint(words):
        turn = max(place for place, word in enumerate(words) if word in modifiers.contrasting)
    total = 0.0
    for hit in hits:
        weight = _weight(words, hit, modifiers)
        if turn is not None and 0 < turn < len(words) - 1:
            weight *= _BEFORE_BUT_RATIO if hit.start < turn else _AFTER_BUT_RATIO
        total += weight
    return total * _QUESTION_RATIO if sentence.is_question else total


def _weight(words: Sequence[str], hit: _Hit, modifiers: Modifiers) -> float:
    before = _clause_before(words, hit.start)
    near = before[-_REACH:]
    beside = {*near[-2:], *words[hit.start : hit.end + 1]}
    size = abs(hit.polarity) + _BOOST * (len(modifiers.boosters & beside) - len(modifiers.dampeners & beside))
    weight = max(size, _BOOST) * (1 if hit.polarity > 0 else -1)
    if _is_negated([*near, words[hit.start]], modifiers):
        weight *= _NEGATED
    if not modifiers.setting_aside.isdisjoint(before):
        weight *= _SET_ASIDE_RATIO
    return weight


def _clause_before(words: Sequence[str], place: int) -> list[str]:
    start = place
    while start > 0 and words[start - 1] != PAUSE:
        start -= 1
    return list(words[start:place])


def _is_negated(near: Sequence[str], modifiers: Modifiers) -> bool:
    """`near` are the words before a hit and its first one."""
    turns = 0
    for place, word in enumerate(near[:-1]):
        if f"{word} {near[place + 1]}" in modifiers.failing:
            turns += 1
        elif word in modifiers.negators:
            follows = " ".join(near[place + 1 : place + 3])
            turns += not any(follows == other or follows.startswith(f"{other} ") for other in modifiers.not_negating)
    return turns % 2 == 1
