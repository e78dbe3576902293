"""Questions that a language model proposed, held to the same rules as the desk's own, which fill the gaps."""

from __future__ import annotations

from collections.abc import Sequence

from cryptodesk.core.patterns import Pattern
from cryptodesk.documents.cleaning import clean_line, instruction_like
from cryptodesk.models.analyst.questions import Plan
from cryptodesk.research.planning import PlanCheck
from cryptodesk.research.related.findings import Findings
from cryptodesk.research.related.proposing import Talk, fill, shelf_for
from cryptodesk.research.related.reach import DataMode, reach_of

__all__ = ["screen_related"]

_SHORTEST, _LONGEST, _MOST_READ = 8, 120, 20
_LONGEST_READ = 400
_LISTING = Pattern(r"^\s*(?:[-*•]|\d{1,2}[.)]|\(?[a-e][.)])\s+")
_MARKUP = Pattern(r"[<>{}\[\]|\\`]|https?:|www\.|\*\*")
# Figures that only data may give: a model may not slip them into a question.
_FIGURE = Pattern(r"[$€£]\s?\d[\d,.]*|\d[\d,.]*\s?(?:%|percent\b|billion\b|million\b|trillion\b)")


def screen_related(
    proposed: Sequence[str],
    question: str,
    earlier: Sequence[str],
    plans: Sequence[Plan],
    most: int,
    check: PlanCheck,
    findings: Findings | None = None,
    mode: DataMode = "auto",
) -> tuple[str, ...]:
    """Those that are one short question, new, and answerable, in their order; the rules' own fill up to `most`."""
    talk = Talk(question, tuple(plans), findings or Findings(), tuple(earlier))
    reach, shelf = reach_of(mode, talk.findings), shelf_for(talk, most, check)
    bounded = check.within(reach.missing, reach.priced)
    for raw in proposed[:_MOST_READ]:
        text = _tidied(raw)
        if shelf.is_full or not _is_fit(text, talk):
            continue
        planned = bounded.planned(text)
        if planned.is_answerable:
            shelf.add(text, planned.plans[0])
    fill(shelf, talk, check, reach)
    return tuple(shelf.questions)


def _tidied(raw: str) -> str:
    """Without the bullet of a list, quotation marks and characters that nobody sees."""
    text = _LISTING.sub("", clean_line(raw[:_LONGEST_READ], _LONGEST_READ)).strip(" \"'“”")
    return text[:1].upper() + text[1:]


def _is_fit(text: str, talk: Talk) -> bool:
    if not _SHORTEST <= len(text) <= _LONGEST or not text.endswith("?") or text.count("?") > 1:
        return False
    if _MARKUP.search(text) or instruction_like(text):
        return False
    known = " ".join((*talk.earlier, talk.question))
    return all(match[0] in known for match in _FIGURE.finditer(text))
