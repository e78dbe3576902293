"""Citations: of what the answer cites, how much is right; of what it should cite, how much is there."""

from __future__ import annotations

from collections.abc import Sequence

from cryptodesk.core.messages import Citation
from cryptodesk.core.tools import ToolTrace
from cryptodesk.evaluation.gold import GoldDocument
from cryptodesk.evaluation.graders._check import Check
from cryptodesk.evaluation.pointing import brought, cited, numbers_of, short_title
from cryptodesk.evaluation.records import Question

__all__ = ["grade_citations"]


def grade_citations(
    question: Question, text: str, traces: Sequence[ToolTrace], gold: Sequence[GoldDocument]
) -> tuple[Check, Check] | None:
    """Precision and recall; None if the question is not answered from documents."""
    if question.documents is None:
        return None
    named = cited(text, traces)
    right = [each for each in named if any(_is_of(each, document) for document in gold)]
    needed = [document for document in gold if document.key not in question.documents.also]
    found = [document for document in needed if any(_is_of(each, document) for each in named)]
    wanted = len(question.documents.handbook) or question.documents.least
    stray = [f"cites {each.title}" for each in named if each not in right]
    dangling = _dangling(text, traces)
    stray += [f"cites [{number}], which no source carries" for number in dangling]
    lacking = () if len(found) >= wanted else (f"cites {len(found)} of {wanted}",)
    return Check(len(right), len(named) + len(dangling), tuple(stray)), Check(min(len(found), wanted), wanted, lacking)


def _dangling(text: str, traces: Sequence[ToolTrace]) -> list[int]:
    """Numbers that point at nothing."""
    return sorted(number for number in numbers_of(text) if not 0 < number <= len(brought(traces)))


def _is_of(citation: Citation, document: GoldDocument) -> bool:
    return citation.url == document.url if document.url else short_title(citation.title) == document.title
