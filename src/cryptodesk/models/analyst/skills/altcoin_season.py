"""The altcoin season index: whether altcoins or Bitcoin have led for three months, before, and at the year's ends."""

# ruff: noqa: E501 - a phrase table reads better with one entry a line

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from cryptodesk.core.patterns import Pattern
from cryptodesk.models.analyst.calls import Call
from cryptodesk.models.analyst.formats import number
from cryptodesk.models.analyst.reading import Reading
from cryptodesk.models.analyst.skills._asking import is_about_meaning, is_for_figures, own_word
from cryptodesk.models.analyst.skills._overview import (
    Part,
    earlier,
    end_of,
    extremes,
    fact_at,
    lacks_past,
    overview_call,
    part_of,
    past_value,
    refusal,
)
from cryptodesk.models.analyst.skills._skill import Ask, Claim, Skill
from cryptodesk.models.analyst.text import shown
from cryptodesk.models.analyst.tool_names import MARKET_OVERVIEW
from cryptodesk.models.analyst.writer.draft import Draft, Fact, Setting, join_names, join_paragraphs

__all__ = ["SKILL"]

_SECTION, _PATH = "rotation", "altcoin_season"
_NAMED = Pattern(
    r"\balt(?:coin)?s?[ -]?seasons?\b|\bseason of (?:the )?alt(?:coin)?s\b|\b(?:bitcoin|btc|_+)[ -]season\b|\brotation index\b|\baltszn\b|\balt szn\b"
)
# Most questions hold none of these, and the long patterns are left aside.
_ANY = Pattern(r"season|szn|rotat|perform|leading|beating")
_MOST_WORDS = 25
_LOOSE = Pattern(
    r"\brotat(?:ion|ing|ed|es?) (?:\w+ ){0,3}(?:into|to|from|out of|between) (?:\w+ ){0,2}(?:alt(?:coin)?s?|bitcoin|btc|_+)\b|\b(?:capital|money|market) rotation\b"
    r"|\balt(?:coin)?s (?:\w+ ){0,2}(?:out|under)perform\w* (?:\w+ ){0,2}(?:bitcoin|btc|_+)\b|\balt(?:coin)?s (?:are )?(?:leading|beating) (?:bitcoin|btc|_+)\b"
)
_IS_IT = Pattern(
    r"^(?:so |hey |and )?(?:is|are|it'?s|have|has)\b|\b(?:are we|is it|is this|is there|do we have) (?:\w+ ){0,3}(?:alt|btc|bitcoin|_+)"
)
_BITCOIN = Pattern(r"\b(?:bitcoin|btc|_+)[ -]season\b")
_TERM = Pattern(r"alt(?:coin)?[ -]?season(?: index)?")


def _recognise(reading: Reading) -> Claim | None:
    if reading.words > _MOST_WORDS or not reading.says(_ANY):
        return None
    if not is_for_figures(reading) or is_about_meaning(reading, _TERM):
        return None
    if reading.says(_NAMED):
        return Claim(own_word(reading))
    return Claim(0.92) if reading.says(_LOOSE) else None


def _calls(ask: Ask) -> Sequence[Call]:
    return (overview_call((_SECTION,)),)


def _write(setting: Setting) -> Draft:
    part = part_of(setting, _SECTION)
    index = part.figure(_PATH, "current", "index") if part else None
    if part is None or index is None:
        return refusal("The altcoin season index is", part, _PATH, f"{_PATH}.current")
    label = shown(part.words(_PATH, "current", "value"), 40).lower()
    parts = [lacks_past(setting, "the index"), _then(setting, part), _lead(setting, index, label)]
    if not setting.is_brief:
        parts += [_before(part), _ends(part)]
    parts.append(_meaning(setting, part))
    text = " ".join(filter(None, parts))
    return Draft(join_paragraphs(text, end_of(setting, part, _PATH)), tuple(_facts(part, index)))


def _lead(setting: Setting, index: Decimal, label: str) -> str:
    said = f"**{number(index)}** of 100"
    words = f", which the index calls {label}" if label else ""
    if label and _IS_IT.search(setting.question.lower()):
        wanted = "bitcoin season" if _BITCOIN.search(setting.question.lower()) else "altcoin season"
        answer = "Yes" if label == wanted else "No"
        return f"{answer}: the altcoin season index stands at {said}{words}."
    return setting.pick((f"The altcoin season index stands at {said}{words}.", f"Altcoin season index: {said}{words}."))


def _then(setting: Setting, part: Part) -> str:
    days = past_value(setting, part, _PATH, "history")
    return f"It stood at **{number(days[1])}** {days[0]}." if days else ""


def _before(part: Part) -> str:
    past = [f"{number(value)} {words}" for words, value in earlier(part, _PATH, "history")]
    return f"It was {join_names(past)}." if past else ""


def _ends(part: Part) -> str:
    ends = [f"the {word} {number(value)} on {day}" for word, value, day in extremes(part, _PATH, "yearly")]
    return f"Of the past year {join_names(ends)}." if ends else ""


def _meaning(setting: Setting, part: Part) -> str:
    """What the index counts, as the tool notes it."""
    if not setting.is_detailed:
        return ""
    field = f"{_SECTION}.{_PATH}.current"
    note = next((origin.note for origin in part.result.origins if field in origin.fields), "")
    counted = f"It is the {shown(note.split(';')[0], 120)}. " if note.startswith("percent") else ""
    return f"{counted}Above 75 it speaks of an altcoin season, below 25 of a Bitcoin season."


def _facts(part: Part, index: Decimal) -> list[Fact]:
    path = f"{_SECTION}.{_PATH}"
    facts = [fact_at(part.result, f"{path}.current.index", index)]
    for when in ("yesterday", "last_week", "last_month"):
        value = part.figure(_PATH, "history", when, "index")
        if value is not None:
            facts.append(fact_at(part.result, f"{path}.history.{when}.index", value))
    return facts


SKILL = Skill(
    name="altcoin_season",
    title="the altcoin season index",
    examples=("Is it altseason?", "altcoin season index", "are we in bitcoin season", "alt season last week"),
    tools=(MARKET_OVERVIEW,),
    recognise=_recognise,
    calls=_calls,
    write=_write,
)
