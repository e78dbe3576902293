"""The answer in code: what the analyst wrote for each task, what texts add, what must be known of the evidence."""

from __future__ import annotations

import re

from cryptodesk.documents.fencing import quote
from cryptodesk.documents.records import Hit
from cryptodesk.research.keys import document_key
from cryptodesk.research.sections import executive_summary
from cryptodesk.research.state import ResearchState, Thread

__all__ = ["compose", "texts_part"]

_SOURCE_LINE = re.compile(r"_[^\n]+_$")
_QUOTED = 320
_MOST_TEXTS = {"succinct": 0, "balanced": 2, "verbose": 4}
_MOST_TEXTS_OF_A_REPORT = 8
_TEXT_TOOLS = frozenset({"cmc_content_search", "cmc_sentiment"})
_BULLET = re.compile(r"(?m)^\s*(?:[-*]|#{1,6})\s+")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z“\"(])")


def compose(state: ResearchState) -> str:
    """Before it is checked and its sources are numbered."""
    if state.options.depth == "report":
        return _report(state)
    parts = [*(thread.text for thread in state.threads), _findings(state)]
    return "\n\n".join(part for part in parts if part)


def _report(state: ResearchState) -> str:
    """A summary, the sections, and once at the end what holds for all of them: where figures come from, what is
    missing. A paragraph that several tasks end with stands where it stood first."""
    seen: dict[str, None] = {}
    closing: dict[str, None] = {}
    by_section: dict[str, list[Thread]] = {}
    for thread in state.threads:
        by_section.setdefault(thread.task.section, []).append(thread)
    written = {title: _section(threads, seen, closing) for title, threads in by_section.items()}
    written = {title or "Findings": text for title, text in written.items() if text}
    summary = executive_summary(list(written.values()))
    plain = state.options.is_plain
    parts = [(2, "Summary", "\n".join(f"- {line}" for line in summary))]
    parts += [(2, title, text) for title, text in written.items()]
    parts += [(2, "What to know of the evidence", _findings(state)), (2, "Data and dates", "\n\n".join(closing))]
    body = (f"{_heading(title, level, plain)}\n\n{text}" for level, title, text in parts if text)
    return "\n\n".join((_heading(_title(state.question), 1, plain), *body))


def _section(threads: list[Thread], seen: dict[str, None], closing: dict[str, None]) -> str:
    kept: list[str] = []
    for thread in threads:
        for raw in thread.text.split("\n\n"):
            paragraph = raw.strip()
            if _SOURCE_LINE.match(paragraph):
                closing[paragraph] = None
            elif paragraph and paragraph not in seen:
                seen[paragraph] = None
                kept.append(paragraph)
    return "\n\n".join(kept)


def _findings(state: ResearchState) -> str:
    told = [finding.text for finding in state.findings if finding.kind in {"conflict", "gap"}]
    told += state.notes if state.options.depth == "report" else []
    return "\n".join(f"- {text}" for text in dict.fromkeys(told))


def texts_part(state: ResearchState) -> str:
    """Passages quoted word for word, each with the number of its source; nothing where the answer quotes texts
    already, or none is about what was asked."""
    most = _MOST_TEXTS_OF_A_REPORT if state.options.depth == "report" else _MOST_TEXTS[state.options.verbosity]
    if not most or (state.options.depth == "answer" and not _wants_texts(state)):
        return ""
    lines = []
    for hit in _relevant(state)[:most]:
        lines.append(_line(state, hit))
    if not lines:
        return ""
    return "\n\n".join(
        (
            _heading("What texts say", 2 if state.options.depth == "report" else 3, state.options.is_plain),
            "\n".join(lines),
        )
    )


def _wants_texts(state: ResearchState) -> bool:
    """Not where the answer quotes texts already; beside figures alone only where much is to be said."""
    if any(call.name in _TEXT_TOOLS for call, _ in state.traces):
        return False
    return state.options.verbosity == "verbose" or state.wants_texts


def _relevant(state: ResearchState) -> list[Hit]:
    """About an asset of the question; without any, those that share its words."""
    ids = {asset.asset_id for plan in state.plans for asset in plan.all_assets if isinstance(asset.asset_id, int)}
    if ids:
        return [hit for hit in state.hits if ids & set(hit.document.asset_ids)]
    words = set(re.findall(r"[a-z]{4,}", state.question.lower()))
    return [hit for hit in state.hits if len(words & set(re.findall(r"[a-z]{4,}", hit.chunk.text.lower()))) >= 2]


def _line(state: ResearchState, hit: Hit) -> str:
    document = hit.document
    said = _opening(quote(hit.chunk.text).text)
    day = f", {document.published_at:%Y-%m-%d}" if document.published_at else ""
    marks = state.numbering.markers([document_key(document.document_id)])
    mark = marks if state.options.cites_inline else ""
    return f"- “{said}” ({quote(document.publisher).text}{day}){mark}"


def _opening(text: str) -> str:
    """Its first sentences, whole, within some 320 characters."""
    said = ""
    for sentence in _SENTENCE_END.split(" ".join(_BULLET.sub("", text).split())):
        if said and len(said) + len(sentence) > _QUOTED:
            break
        said = f"{said} {sentence}".strip()
    return said if len(said) <= 2 * _QUOTED else quote(said, limit=2 * _QUOTED).text


def _heading(text: str, level: int, is_plain: bool) -> str:
    return f"{text}:" if is_plain else f"{'#' * level} {text}"


def _title(question: str) -> str:
    """The question on one line, short enough for a heading."""
    return quote(" ".join(question.split()), limit=120).text.rstrip(" .?!") or "Report"
