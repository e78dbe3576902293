"""The answer in code: what the analyst wrote for each task, what texts add, what must be known of the evidence."""

from __future__ import annotations

import re
from itertools import islice

from cryptodesk.documents.fencing import quote
from cryptodesk.documents.records import Hit
from cryptodesk.research.citing import Edit, Edited, apply_edits
from cryptodesk.research.keys import document_key
from cryptodesk.research.sections import executive_summary
from cryptodesk.research.state import ResearchState, Thread

__all__ = ["compose", "texts_part", "with_texts"]

_SOURCE_LINE = re.compile(r"_[^\n]+_$")
_QUOTED, _SHORTEST = 320, 40
_MOST_TEXTS = {"succinct": 0, "balanced": 2, "verbose": 4}
_MOST_TEXTS_OF_A_REPORT = 8
_WORD, _STEM = re.compile(r"[a-z]{4,}"), 5
# Words of questions that say nothing of what a text has to be about.
_COMMON = (
    "about after between come crypto cryptocurrency currently does doing from give have into last latest list look "
    "make many moment more most much news next over people present recent right said says should show some tell text "
    "than that their them there these they thing think this today token very week what when where which will with "
    "would year month your"
)
_TEXT_TOOLS = frozenset({"cmc_content_search", "cmc_sentiment"})
_BULLET = re.compile(r"(?m)^\s*(?:[-*]|#{1,6})\s+")
_CLOSING = ("What to know of the evidence", "Data and dates")
_ROWS = re.compile(r"(?m)(?:^\s*\|.*$\n?)+")
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
    parts += zip((2, 2), _CLOSING, (_findings(state), "\n\n".join(closing)), strict=True)
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
    # What is numbered is cited: no line is made that is not written.
    lines = list(islice(filter(None, (_line(state, hit) for hit in _relevant(state))), most))
    if not lines:
        return ""
    return "\n\n".join(
        (
            _heading("What texts say", 2 if state.options.depth == "report" else 3, state.options.is_plain),
            "\n".join(lines),
        )
    )


def with_texts(text: str, texts: str, *, is_plain: bool) -> Edited:
    """The texts behind the answer, of a report before what closes it; what was put in is among the edits."""
    if not texts:
        return apply_edits(text, ())
    places = [text.rfind(f"\n\n{_heading(title, 2, is_plain)}\n") for title in _CLOSING]
    at = min((place for place in places if place >= 0), default=len(text))
    return apply_edits(text, (Edit(at, at, f"\n\n{texts}"),))


def _wants_texts(state: ResearchState) -> bool:
    """Only where the question asks for what texts tell, and not where the answer quotes texts already."""
    return state.wants_texts and not any(call.name in _TEXT_TOOLS for call, _ in state.traces)


def _relevant(state: ResearchState) -> list[Hit]:
    """About an asset of the question and about what is asked of it; without an asset, those that share its words."""
    ids, names = _named(state)
    told = _words(state.question) - names - _words(_COMMON)
    if ids and (state.options.depth == "report" or not told):
        return [hit for hit in state.hits if ids & set(hit.document.asset_ids)]
    if ids:
        return [hit for hit in state.hits if ids & set(hit.document.asset_ids) and told & _words(hit.chunk.text)]
    return [hit for hit in state.hits if _is_about(hit, told)]


def _named(state: ResearchState) -> tuple[set[int], frozenset[str]]:
    """The assets of the question, also those that its plan passes over as mere examples, and the words of their
    names."""
    assets = [asset for plan in state.plans for asset in plan.all_assets]
    found = [] if assets else [one for one in state.services.knowledge.find(state.question) if not one.is_contested]
    every = (*(asset.asset_id for asset in assets), *(one.asset_id for one in found))
    ids = {one for one in every if isinstance(one, int)}
    names = (*(f"{asset.text} {asset.name} {asset.symbol}" for asset in assets), *(one.text for one in found))
    return ids, _words(" ".join(names))


def _is_about(hit: Hit, told: frozenset[str]) -> bool:
    """It has two of the words, or the one that there is if its title has that too."""
    said = told & _words(hit.chunk.text)
    return len(said) > 1 or (len(told) == 1 and bool(said & _words(hit.document.title)))


def _words(text: str) -> frozenset[str]:
    """The beginnings of words that tell something: "slashing" is about what "slashed" is about."""
    return frozenset(word.rstrip("s")[:_STEM] for word in _WORD.findall(text.lower()))


def _line(state: ResearchState, hit: Hit) -> str:
    document = hit.document
    said = _opening(quote(hit.chunk.text).text)
    if len(said) < _SHORTEST:
        return ""
    day = f", {document.published_at:%Y-%m-%d}" if document.published_at else ""
    marks = state.numbering.markers([document_key(document.document_id)])
    mark = marks if state.options.cites_inline else ""
    return f"- “{said}” ({quote(document.publisher).text}{day}){mark}"


def _opening(text: str) -> str:
    """Its first sentences, whole, within some 320 characters; of a passage with a table, what stands on one side."""
    parts = [" ".join(_BULLET.sub("", part).split()) for part in _ROWS.split(text)]
    said = ""
    for sentence in _SENTENCE_END.split(next((part for part in parts if len(part) >= _SHORTEST), "")):
        if said and len(said) + len(sentence) > _QUOTED:
            break
        said = f"{said} {sentence}".strip()
    return said if len(said) <= 2 * _QUOTED else quote(said, limit=2 * _QUOTED).text


def _heading(text: str, level: int, is_plain: bool) -> str:
    return f"{text}:" if is_plain else f"{'#' * level} {text}"


def _title(question: str) -> str:
    """The question on one line, short enough for a heading."""
    return quote(" ".join(question.split()), limit=120).text.rstrip(" .!") or "Report"
