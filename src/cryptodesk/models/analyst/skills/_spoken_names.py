"""A name that no catalogue holds, found as what is left of a question when its words of asking are taken away."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import pairwise

from msgspec import Struct

from cryptodesk.core.patterns import Pattern

__all__ = ["spoken_names"]

_TOKEN = Pattern(r"[^\W_]+(?:['.&#-][^\W_]+)*'?|#\d+")
_POSSESSIVE = Pattern(r"(?:'s|s'|')$")
_MOST_WORDS, _MOST_NAMES = 6, 5
# Within a name only between two words that are written large: "Punks of the Loom".
_LINKS = frozenset({"of", "the", "and", "de", "la", "in", "x", "by", "on", "for", "to", "vs"})
_SEPARATE = frozenset({"and", "vs", "or", "versus", "than", "with", "to", "against"})
# What any question is put together from, whatever it asks.
_ASKING = frozenset(
    """
    a about abt again all also am an and any anyone are as ask at atm be been between both but by can check clear
    compare compared comparison could cur current currently curr data day days did display do does doing done each
    exactly far find for from fetch get give given go goes going gone got had has have having hello hey hi hours
    hour how how's howmuch hows i i'd i'm if in info information is it it's its just kindly know last latest let
    like list lookup look many may me mean month more most much my need next now of off ok okay on one ones only or
    our out over past per pls plz please pull quick quickly quote right rn say see send share should show single so
    some such tell than thank thanks that that's the their them then there these they this those time to today
    today's tonight total u under up update us using v versus vs want was we week were what what're what's whats
    when where where's which which's who whose why will with within would year yesterday yet yo you your down change
    changed changes changing gain gained gains grow grew growth drop dropped fall fallen fell rise rose risen rising
    falling lost lose increase increased decrease decreased moved move percent percentage pct 24h 24hr 24hrs 24-hour
    24 7d 30d 1h h hrs usd dollar dollars eth ether ethereum sol btc bitcoin bigger biggest large larger largest
    smaller smallest higher highest lower lowest cheaper cheapest expensive better named called name collection
    collections big small number count amount figure figures stat stats statistic statistics details detail overview
    summary report profile worth value valued cost costs price priced prices pricing pay asked asking trade traded
    trades trading sell sold sale sales selling buy bought volume volumes turnover liquidity rank ranked ranking
    rating market cap mcap capitalisation capitalization marketcap money is/are exist exists existence ever possible
    wondering wonder curious interested question hold holds held holding own owns owned happen happening happened
    recently lately morning week's same as-of live real-time actual average bro dude man daily weekly monthly
    """.split()  # noqa: SIM905
)


class _Word(Struct, frozen=True):
    text: str
    start: int
    end: int
    is_asking: bool
    is_of_kind: bool = False


def spoken_names(text: str, asking: Collection[str], endings: Collection[str] = ()) -> tuple[str, ...]:
    """The stretches of `text` that hold no word of asking, nor any of `asking`, as they were written; those written
    large where any are, else the longest. A word that any question may hold is a part of the name where it is written
    large after one of the name's, and any of `endings` however it is written ("the exchange" where it
    is written large)."""
    words = [_word(match.group(), match.start(), asking) for match in _TOKEN.finditer(text)]
    runs = [run for run in _runs(words, text, endings) if any(word.text[0].isalpha() for word in run)]
    large = [run for run in runs if all(word.text[0].isupper() or word.text[0].isdigit() for word in (run[0], run[-1]))]
    kept = large or ([max(runs, key=len)] if runs and not _is_list(text, runs) else runs)
    names = (_POSSESSIVE.sub("", text[run[0].start : run[-1].end]) for run in kept)
    return tuple(dict.fromkeys(name for name in names if len(name) > 1))[:_MOST_NAMES]


def _word(text: str, start: int, asking: Collection[str]) -> _Word:
    plain = _POSSESSIVE.sub("", text.lower())
    is_asking = plain in _ASKING or plain in asking or text.lower() in _ASKING
    return _Word(text, start, start + len(text), is_asking or plain.isdigit(), plain in asking)


def _runs(words: Sequence[_Word], text: str, endings: Collection[str]) -> list[list[_Word]]:
    """Neighbours with nothing but blanks between them."""
    runs: list[list[_Word]] = []
    for place, word in enumerate(words):
        joins = _joins(words, place) or _ends(words, place, endings)
        if word.is_asking and not joins:
            continue
        before = words[place - 1] if place else None
        is_next = before is not None and runs and runs[-1][-1] is before and not text[before.end : word.start].strip()
        if is_next and len(runs[-1]) < _MOST_WORDS + 2:
            runs[-1].append(word)
        else:
            runs.append([word])
    return [run for run in map(_trimmed, runs) if run]


def _ends(words: Sequence[_Word], place: int, endings: Collection[str]) -> bool:
    if not place or words[place - 1].is_asking:
        return False
    word = _POSSESSIVE.sub("", words[place].text)
    return word.lower() in endings or (word.istitle() and f"the {word.lower()}" in endings)


def _joins(words: Sequence[_Word], place: int) -> bool:
    """A word of asking that is a part of a name: written large beside a name's word, or a link between two such."""
    word = words[place]
    after = next((one for one in words[place + 1 : place + 3] if one.text.lower() not in _LINKS), None)
    before = next((one for one in reversed(words[max(0, place - 2) : place]) if one.text.lower() not in _LINKS), None)
    if before is None or before.is_asking or word.is_of_kind or not before.text[0].isupper():
        return False
    if word.text.lower() in _LINKS - _SEPARATE:
        return after is not None and not after.is_asking and after.text[0].isupper()
    return word.text[0].isupper() and word.is_asking and word.text.lower() not in _SEPARATE


def _trimmed(run: list[_Word]) -> list[_Word]:
    while run and run[-1].text.lower() in _LINKS:
        run.pop()
    while run and run[0].is_asking:
        run.pop(0)
    return run


def _is_list(text: str, runs: Sequence[Sequence[_Word]]) -> bool:
    """In small letters several names are several only where a word sets them beside each other."""
    gaps = (text[one[-1].end : other[0].start].strip(" ,").lower() for one, other in pairwise(runs))
    return len(runs) > 1 and all(gap in _SEPARATE or gap in {"&", ",", ""} for gap in gaps)
