"""What a caller wishes of a report, read from free text by small grammars; what was not understood is told."""

# ruff: noqa: E501 - a phrase table reads better with one entry a line

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from msgspec import Struct

from cryptodesk.core.patterns import Pattern
from cryptodesk.models.analyst.assets import read_mentions
from cryptodesk.models.analyst.intents import wants_advice, wants_prediction
from cryptodesk.models.analyst.periods import find_period
from cryptodesk.models.analyst.ports import AssetKnowledge
from cryptodesk.models.analyst.questions import AssetRef
from cryptodesk.models.analyst.reading import clean
from cryptodesk.research.sections.aspects import ASPECT_WORDS

__all__ = ["Wishes", "aspects_in", "read_wishes", "span_in"]

_LONGEST, _MOST_CLAUSES, _LONGEST_TOPIC = 2000, 24, 60
_VERBS = r"(?=(?:no|without|skip|exclude|omit|leave|ignore|focus|keep|compare|only|don't|do not|include|add|avoid|use|write)\b)"
_CLAUSES = Pattern(rf"(?<=[.;!?])\s+|;\s*|\n+|,?\s+(?:and|but)\s+{_VERBS}|,\s+(?:but )?{_VERBS}")
_ONLY = Pattern(
    r"\b(?:only|nothing but|exclusively|solely|limit(?:ed)? (?:it |this |the report )?to|restrict(?:ed)? (?:it )?to)\b"
    r"|^just\b(?! (?:keep|make|write))"
)
_WITHOUT = Pattern(
    r"\b(?:no|without|skip(?:ping)?|exclud(?:e|ing)|omit|leav(?:e|ing) out|ignor(?:e|ing)|avoid(?:ing)?"
    r"|(?:do not|don't|dont|never) (?:include|cover|mention|discuss|want|need|use|write about|talk about)|not interested in|minus)\b"
)
_FOCUS = Pattern(
    r"\b(?:focus(?:ed|ing)? (?:on|mainly on|mostly on)|emphasi[sz]e|emphasis on|concentrate on|priorit\w+|mainly|mostly|primarily"
    r"|especially|particularly|in particular|pay (?:special |particular )?attention to|start with|begin with|first|highlight"
    r"|dig into|deep[- ]dive (?:on|into)|include|cover|add|discuss|also|look at|interested in|more (?:on|about)|address)\b"
)
_SHORT = Pattern(
    r"\b(?:short|brief|concise|succinct|one[- ]pager?|quick|tl;?dr|few (?:sections|words)|compact|to the point|summary only)\b"
)
_LONG = Pattern(
    r"\b(?:long|detailed|in[- ]depth|comprehensive|thorough|exhaustive|full|complete|extensive|as much as (?:possible|you can))\b"
)
_COMPARE = Pattern(
    r"\b(?:compare[ds]?|comparison|compar\w+|versus|vs\.?|against|benchmark\w*|relative to|next to|side by side)\b"
)
_FILLER = Pattern(
    r"\b(?:please|pls|the|a|an|it|this|that|its|their|and|or|of|on|to|with|report|section|sections|part|parts|analysis|data|any|all"
    r"|some|more|in|for|make|keep|be|write|about|topic|topics|aspect|aspects|very|side|mainly|also|information|info|details?)\b"
)
_TERMS = Pattern(r"\s*(?:,|/|&|\band\b|\bor\b|\bplus\b|\bas well as\b)\s*")
_PUNCTUATION = Pattern(r"[^\w$%' -]+")


class Wishes(Struct, frozen=True):
    """`focus` are aspects to come first, `without` those to be left out; with `is_only` nothing but the focus is
    wanted. `topics` are other matters to look at, as said. `compared` are assets to hold it against; `span` is a
    stretch of time as words ("since January 2025"). `notes` tell what could not be honoured."""

    focus: tuple[str, ...] = ()
    without: frozenset[str] = frozenset()
    is_only: bool = False
    is_short: bool = False
    is_long: bool = False
    compared: tuple[AssetRef, ...] = ()
    topics: tuple[str, ...] = ()
    span: str = ""
    notes: tuple[str, ...] = ()


def read_wishes(instructions: str, knowledge: AssetKnowledge, today: date) -> Wishes:
    """Never raises. Later wishes do not undo earlier ones: what is left out stays out."""
    clauses = [_clause(text, knowledge, today) for text in _clauses(instructions)]
    compared = {str(asset.asset_id): asset for clause in clauses for asset in clause.compared}
    without = frozenset(key for clause in clauses for key in clause.without)
    focus = dict.fromkeys(key for clause in clauses for key in clause.focus if key not in without)
    return Wishes(
        tuple(focus),
        without,
        any(clause.is_only for clause in clauses) and bool(focus),
        any(clause.is_short for clause in clauses),
        any(clause.is_long for clause in clauses),
        tuple(compared.values()),
        tuple(dict.fromkeys(topic for clause in clauses for topic in clause.topics)),
        next((clause.span for clause in clauses if clause.span), ""),
        tuple(dict.fromkeys(note for clause in clauses for note in clause.notes)),
    )


def aspects_in(text: str) -> tuple[str, ...]:
    """Aspects that words name, in the order of the text."""
    lowered = text.lower()
    found = [(match.start(), key) for key, words in ASPECT_WORDS.items() if (match := words.search(lowered))]
    return tuple(key for _, key in sorted(found))


def span_in(text: str, today: date) -> str:
    """The stretch of time that words name, as words; empty where they name none that can be reported on."""
    return _span(text.lower(), today)[0]


def _clauses(instructions: str) -> Iterator[str]:
    parts = (part.strip(" \t.;,!") for part in _CLAUSES.split(instructions[:_LONGEST]))
    yield from [text for part in parts if (text := clean(part))][:_MOST_CLAUSES]


def _clause(text: str, knowledge: AssetKnowledge, today: date) -> Wishes:
    lowered = text.lower()
    aspects = aspects_in(lowered)
    span, span_note = _span(lowered, today)
    if _WITHOUT.search(lowered):
        return _left_out(text, aspects)
    if wants_prediction(lowered) or wants_advice(lowered):
        return Wishes(notes=(f"“{text[:120]}”: the desk makes no forecasts and gives no advice on trading",))
    compared = read_mentions(text, knowledge).assets if _COMPARE.search(lowered) else ()
    is_focus = bool(_FOCUS.search(lowered) or _ONLY.search(lowered) or aspects)
    topics = tuple(_topics(lowered, knowledge)) if is_focus and not compared else ()
    understood = bool(aspects or compared or topics or span or _SHORT.search(lowered) or _LONG.search(lowered))
    notes = (*span_note, *(() if understood or span_note else (f"“{text[:120]}” was not understood and not followed",)))
    return Wishes(
        focus=aspects if not compared else ("peers", *aspects),
        is_only=_ONLY.search(lowered) is not None and bool(aspects),
        is_short=_SHORT.search(lowered) is not None,
        is_long=_LONG.search(lowered) is not None and not _SHORT.search(lowered),
        compared=compared,
        topics=topics,
        span=span,
        notes=notes,
    )


def _left_out(text: str, aspects: tuple[str, ...]) -> Wishes:
    if aspects:
        return Wishes(without=frozenset(aspects))
    return Wishes(notes=(f"“{text[:120]}”: there is no such section that could be left out",))


def _span(lowered: str, today: date) -> tuple[str, tuple[str, ...]]:
    """A stretch of time in the words it was given in."""
    found = find_period(lowered, today)
    if found is None or found.period.is_weak:
        return "", ()
    if found.period.problem:
        return "", (
            f"“{lowered[found.start : found.stop]}” is no stretch of time to report on: {found.period.problem}",
        )
    words = lowered[found.start : found.stop].strip()
    begins = ("over", "since", "in ", "during", "between", "from", "on ")
    return (words if words.startswith(begins) else f"over the {words.removeprefix('the ')}"), ()


def _topics(lowered: str, knowledge: AssetKnowledge) -> Iterator[str]:
    """Matters named besides the aspects ("governance", "the team")."""
    match = _FOCUS.search(lowered) or _ONLY.search(lowered)
    if match is None:
        return
    for term in _TERMS.split(lowered[match.end() :])[:6]:
        if aspects_in(term) or _SHORT.search(term) or _LONG.search(term) or read_mentions(term, knowledge).assets:
            continue
        topic = " ".join(_FILLER.sub(" ", _PUNCTUATION.sub(" ", term)).split())
        if 2 < len(topic) <= _LONGEST_TOPIC:
            yield topic
