"""An answer in a pipe is the text itself, then its parts; as plain text the answer alone; as JSON one object."""

from __future__ import annotations

import io
from decimal import Decimal

from cryptodesk.cli._report import PipeReport, PlainReport, Report, as_json
from cryptodesk.core.errors import UpstreamTimeout
from cryptodesk.core.events import RunEvent, RunFailed, RunFinished, RunStarted, TextDelta, ToolCallFinished
from cryptodesk.core.messages import Citation
from cryptodesk.core.research import CitedSource, ResearchOutcome
from cryptodesk.core.tools import ToolTrace
from cryptodesk.core.usage import Cost, Usage
from tests.cli.support import an_answer, folded

OUTPUT = (
    '{"provenance": [{"source": "venue", "mode": "snapshot", "as_of": "2026-09-09"},'
    ' {"source": "venue", "mode": "snapshot", "as_of": "2026-09-10"}, {"source": "x", "mode": "computed"}]}'
)
PAGE = Citation("Desk", "A\x1b[1m headline", "https://example.org/a", "2026-09-01T10:00:00Z")
TRACE = ToolTrace("c", "cmc_market_data", '{"ids": [1]}', "completed", "told", OUTPUT, citations=(PAGE,), duration_ms=2)


def told(report: Report, out: io.StringIO, events: list[RunEvent]) -> str:
    for event in events:
        report.show(event)
    report.finish(folded(events))
    return out.getvalue()


def test_a_pipe_gets_the_text_as_it_is_then_sources_tools_and_cost() -> None:
    out = io.StringIO()
    text = told(PipeReport(out), out, [ToolCallFinished(TRACE), *an_answer("one BTC cost **$5**")])
    assert text == (
        "one BTC cost **$5**\n"
        "\nsource  A[1m headline  https://example.org/a  2026-09-01\nsource  venue (snapshot), as of 2026-09-10\n"
        '\ntool  cmc_market_data {"ids": [1]}  2.0 ms\ncost  $0.5  served-model, 10 tokens in, 5 out\n'
    )


def test_a_researched_answer_names_its_numbered_sources_and_what_to_ask_next() -> None:
    source = CitedSource(1, "k", "series", "venue.com", "Daily", as_of="2026-09-10")
    outcome = ResearchOutcome(sources=(source,), related_questions=("And then?",))
    out = io.StringIO()
    text = told(PipeReport(out), out, an_answer("x [1]", research=outcome))
    assert "source  [1] Daily  venue.com  2026-09-10\n" in text
    assert "next    And then?\n" in text


def test_in_a_talk_what_can_be_answered_is_numbered_and_nothing_else_is_told() -> None:
    outcome = ResearchOutcome(related_questions=("And then?", "Why?"))
    out = io.StringIO()
    text = told(PipeReport(out, depth="talk"), out, an_answer("x", research=outcome))
    assert text == "x\n\n  1. And then?\n  2. Why?\n"


def test_the_answers_to_a_question_back_go_before_further_questions() -> None:
    outcome = ResearchOutcome("clarification", choices=("Terra", "Terra Classic"), related_questions=("Why?",))
    out = io.StringIO()
    assert "  2. Terra Classic\n" in told(PipeReport(out, depth="talk"), out, an_answer("Which?", research=outcome))
    assert "Why?" not in out.getvalue()


def test_what_could_steer_a_terminal_is_taken_out_of_the_text() -> None:
    out = io.StringIO()
    assert told(PipeReport(out, depth="none"), out, an_answer("a\x1b]0;owned\x07b")) == "a]0;ownedb\n"


def test_plain_is_the_answer_alone_without_markdown() -> None:
    out = io.StringIO()
    assert told(PlainReport(out), out, [ToolCallFinished(TRACE), *an_answer("# Hi\n**you**")]) == "Hi\nyou\n"


def test_json_always_has_the_same_members() -> None:
    members = [
        "schema",
        "run_id",
        "model",
        "answer",
        "finish_reason",
        "limit",
        "tool_traces",
        "origins",
        "citations",
        "charts",
        "related",
        "choices",
        "verification",
        "usage",
        "cost_usd",
        "error",
        "error_code",
    ]
    whole = as_json(folded([ToolCallFinished(TRACE), *an_answer("x", "0.00000000000000000012")]))
    failed = as_json(folded([RunFailed(UpstreamTimeout("slow", upstream="venue"))]))
    assert (list(whole), list(failed)) == (members, members)
    assert (whole["cost_usd"], whole["error"]) == ("0.00000000000000000012", None)
    assert (failed["cost_usd"], failed["error"], failed["error_code"]) == (None, "slow", "upstream_timeout")
    assert whole["origins"][0] == {"source": "venue", "mode": "snapshot", "as_of": "2026-09-10"}
    assert "model_content" not in whole["tool_traces"][0]


def test_an_unknown_cost_is_never_nought() -> None:
    finished = RunFinished("stop", Usage(1, 1), Cost(Decimal("NaN")))
    events: list[RunEvent] = [RunStarted("r", 1, "m", "default"), TextDelta("x"), finished]
    out = io.StringIO()
    assert "cost  unknown  m" in told(PipeReport(out), out, events)
    assert as_json(folded(events))["cost_usd"] is None
