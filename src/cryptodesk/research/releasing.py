"""The finished text on its way out: figures checked by the operator's policy, sources numbered, then sent."""

from __future__ import annotations

import asyncio

from cryptodesk.core.events import TextDelta
from cryptodesk.core.ports import AnswerCheck
from cryptodesk.core.verification import Verification
from cryptodesk.engine.limits import notice
from cryptodesk.research.chart_sources import number_charts
from cryptodesk.research.citing import annotate, move_figures
from cryptodesk.research.composing import texts_part, with_texts
from cryptodesk.research.state import ResearchState

__all__ = ["begin_check", "close", "fill_book", "release"]

_DELTA = 48


async def release(state: ResearchState) -> None:
    """Sets the state's text and its verification, numbers what its charts show, and sends the text; nothing where
    nothing was written."""
    if state.is_question_back or not state.draft:
        _send(state, state.draft)
        return
    fill_book(state)
    text, verification = await _checked(state)
    if verification is not None:
        annotated = annotate(text, verification, state.book, state.numbering, inline=state.options.cites_inline)
        text, verification = annotated.text, annotated.verification
    edited = with_texts(text, texts_part(state), is_plain=state.options.is_plain)
    if verification is not None:
        verification = move_figures(verification, edited.edits)
    state.verification = verification if state.services.reports_verification else None
    _send(state, edited.text)
    close(state)


def close(state: ResearchState) -> None:
    """What follows the text of an answer, whoever wrote it: the sources of its charts, and the bound that ended it."""
    number_charts(state)
    limit = state.run.limit
    if limit is not None and not state.is_question_back:
        said = notice(limit, wrote_text=bool(state.text))
        state.text += said
        state.emit(TextDelta(said))


def fill_book(state: ResearchState) -> None:
    """What this answer may cite: the series of its tool results, the documents that were found."""
    for call, trace in state.traces:
        if trace.status == "completed":
            state.book.add_result(call, trace.model_content)
            if trace.citations:
                state.book.add_citations(call.call_id, trace.citations)
    state.book.add_passages(state.hits)


def begin_check(state: ResearchState) -> AnswerCheck | None:
    """A check that knows every result of the run; None where there is none, or checking is off."""
    results = [(call, trace) for call, trace in state.traces if trace.status == "completed"]
    check = state.services.verifier.begin(state.run.request.messages, state.now, is_json=False) if results else None
    if check is not None:
        for call, trace in results:
            check.add_result(call, trace.model_content)
    return check


async def _checked(state: ResearchState) -> tuple[str, Verification | None]:
    """The text as the policy leaves it. Without any tool result there is nothing to bind a figure to."""
    check = begin_check(state)
    if check is None:
        return state.draft, None
    for thread in state.threads:
        check.add_computed(thread.computed)
    text = check.feed(state.draft)
    rest, verification = await asyncio.to_thread(check.finish)
    return text + rest, verification


def _send(state: ResearchState, text: str) -> None:
    state.text = text
    state.run.wrote_text = bool(text)
    state.emit(*map(TextDelta, _pieces(text)))


def _pieces(text: str) -> list[str]:
    """The text in pieces of some words, white space kept."""
    pieces: list[str] = []
    start = 0
    while len(text) - start > _DELTA:
        cut = text.rfind(" ", start, start + _DELTA) + 1 or start + _DELTA
        pieces.append(text[start:cut])
        start = cut
    return [*pieces, text[start:]] if start < len(text) else pieces
