"""The answer by a language model: figures by reference, citations by mark, checked and sent while it writes."""

from __future__ import annotations

import asyncio

from msgspec import Struct, field

from cryptodesk.core.errors import UpstreamBadAnswer
from cryptodesk.core.events import TextDelta
from cryptodesk.core.messages import Message, text_message
from cryptodesk.core.ports import AnswerCheck
from cryptodesk.core.verification import CheckedFigure, Verification
from cryptodesk.documents.fencing import Fence, new_fence
from cryptodesk.research.citing import CitingPolicy, CitingReport, CitingStream, FactSheet
from cryptodesk.research.entailing import with_second_opinion
from cryptodesk.research.model_calls import ModelAsk, ask_model
from cryptodesk.research.prompting import conversation_text, passages_block, prompt, wishes
from cryptodesk.research.releasing import begin_check, fill_book
from cryptodesk.research.state import ResearchState
from cryptodesk.verification.verdicts import summed

__all__ = ["LiveAnswer", "write_with_model"]

_LENGTHS = {
    "succinct": "Length: at most three sentences.",
    "balanced": "Length: one or two short paragraphs; a table where several assets are compared.",
    "verbose": "Length: thorough, with headings, tables where they help, and what the figures mean for each other.",
}
_REPORT = (
    "Length: a report. Begin with three to five points that sum it up, then one part with a heading for each of the "
    "questions it was asked, tables where they help, and at the end what is missing or uncertain."
)
_MARKDOWN = "Format: Markdown."
_PLAIN = "Format: plain text without any Markdown, tables or links."
_TOKENS = {"succinct": 600, "balanced": 1_500, "verbose": 3_000}
_TOKENS_OF_A_REPORT = 6_000
_FACT_TOKENS = {"succinct": 1_000, "balanced": 2_000, "verbose": 4_000}
_FREE = "written without a reference to the data"


# So much may be written before anything rests on a source; then the reader is not kept waiting any longer.
_MOST_HELD = 600


class LiveAnswer(Struct):
    """An answer that is being written: `check` sees what `stream` lets through. Its beginning is held until some of it
    rests on a source: an answer that never does is not sent where there were facts to rest on."""

    stream: CitingStream
    check: AnswerCheck | None
    has_facts: bool
    held: list[str] = field(default_factory=list)


async def write_with_model(state: ResearchState) -> str:
    """Sends the text as it is written and sets it, with its verification.

    Raises: what `ask_model` raises, UpstreamBadAnswer for an empty answer; after the first text was sent these end the
    run."""
    fill_book(state)
    sheet = FactSheet(state.book, state.question, state.now)
    policy = CitingPolicy(
        cites_inline=state.options.cites_inline,
        user_texts=tuple(message.text for message in state.run.request.messages if message.role == "user"),
        now=state.now,
    )
    stream = CitingStream(state.book, state.numbering, sheet, policy)
    live = LiveAnswer(stream, begin_check(state), has_facts=bool(len(sheet) or state.hits))
    ask = ModelAsk(messages=_messages(state, sheet), max_output_tokens=_most_tokens(state), seconds=85.0)
    if state.services.checks_entailment and state.hits:
        answer = await ask_model(state, ask)
        text = "".join(answer.text)
        policy = await with_second_opinion(state, text, sheet, policy)
        live.stream = CitingStream(state.book, state.numbering, sheet, policy)
        _pass_on(state, live, live.stream.feed(text))
    else:
        try:
            answer = await ask_model(state, ask, lambda piece: _pass_on(state, live, live.stream.feed(piece)))
        except (TimeoutError, asyncio.CancelledError):
            _end_early(state, live)
            raise
    rest, report = live.stream.finish()
    upstream = answer.route.provider if answer.route is not None else "none"
    if live.has_facts and not state.run.wrote_text and not live.stream.rests_on_sources:
        raise UpstreamBadAnswer("the model's answer rests on nothing that was found", upstream=upstream)
    live.has_facts = False
    _pass_on(state, live, [rest] if rest else [])
    if live.check is not None:
        tail, verification = live.check.finish()
        _send(state, tail)
        state.verification = _strict(verification, report) if state.services.reports_verification else None
    if not state.text.strip():
        raise UpstreamBadAnswer("the model wrote nothing", upstream=upstream)
    if answer.finished is not None and answer.finished.finish_reason == "length":
        state.run.finish_reason = "length"
    return (
        f"{len(report.filled)} figures by reference, {len(report.free)} without; "
        f"{len(report.cited)} citations, {len(report.dropped)} dropped"
    )


def _end_early(state: ResearchState, live: LiveAnswer) -> None:
    """What was sent before time was up is checked like any other text."""
    if state.run.wrote_text and live.check is not None:
        tail, verification = live.check.finish()
        _send(state, tail)
        state.verification = verification if state.services.reports_verification else None


def _pass_on(state: ResearchState, live: LiveAnswer, parts: list[str]) -> None:
    live.held += parts
    is_waiting = live.has_facts and not state.run.wrote_text and not live.stream.rests_on_sources
    if is_waiting and sum(map(len, live.held)) < _MOST_HELD:
        return
    ready, live.held = live.held, []
    for part in ready:
        _send(state, part if live.check is None else live.check.feed(part))


def _send(state: ResearchState, text: str) -> None:
    if text:
        state.text += text
        state.run.wrote_text = True
        state.emit(TextDelta(text))


def _messages(state: ResearchState, sheet: FactSheet) -> tuple[Message, ...]:
    options = state.options
    fence = new_fence()
    system = prompt(
        "write",
        today=state.today,
        length=_REPORT if options.depth == "report" else _LENGTHS[options.verbosity],
        format=_PLAIN if options.is_plain else _MARKDOWN,
        fence_rule=fence.rule,
    )
    return (system, text_message("user", _evidence(state, sheet, fence)))


def _evidence(state: ResearchState, sheet: FactSheet, fence: Fence) -> str:
    facts = sheet.render(
        state.book, _FACT_TOKENS["verbose" if state.options.depth == "report" else state.options.verbosity]
    )
    questions = [task.question for task in state.tasks if task.question != state.question]
    parts = {
        "Conversation": conversation_text(state),
        "Wishes": wishes(state),
        "Parts of the question": "\n".join(f"- {one}" for one in questions),
        "Facts (reference | of | what | value | as of | source)": facts or "none: say that no data were found",
        "Sources (mark | what it is)": state.book.listing(),
        "Passages": passages_block(state.hits, fence, state.book) if state.hits else "",
        "To be told": "\n".join(f"- {finding.text}" for finding in state.findings),
    }
    return "\n\n".join(f"## {title}\n{text}" for title, text in parts.items() if text)


def _most_tokens(state: ResearchState) -> int:
    usual = _TOKENS_OF_A_REPORT if state.options.depth == "report" else _TOKENS[state.options.verbosity]
    asked = state.run.request.max_output_tokens
    return usual if asked is None else min(usual, asked)


def _strict(verification: Verification, report: CitingReport) -> Verification:
    """Figures that no reference put there are unbound, even where they happen to stand in some result."""
    if not report.free or verification.policy in {"repair", "cut"}:
        # Where the policy changes the text, places differ; it has judged every figure by the results itself.
        return verification
    figures = tuple(_judged(figure, report) for figure in verification.figures)
    if figures == verification.figures:
        return verification
    return summed(figures, verification.policy)


def _judged(figure: CheckedFigure, report: CitingReport) -> CheckedFigure:
    is_free = any(free.start < figure.end and figure.start < free.end for free in report.free)
    if not is_free or figure.verdict not in {"bound", "derived"}:
        return figure
    return CheckedFigure(figure.text, figure.start, figure.end, "unbound", _FREE)
