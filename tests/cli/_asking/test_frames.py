"""What the OpenAI dialect encodes is read back to the same events."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from cryptodesk.cli._asking.frames import FrameReader
from cryptodesk.core.errors import UpstreamBadAnswer
from cryptodesk.core.events import (
    Progress,
    RunEvent,
    RunFinished,
    RunFold,
    RunStarted,
    TextDelta,
    ToolCallFinished,
    ToolCallStarted,
)
from cryptodesk.core.messages import Citation, ToolCallPart
from cryptodesk.core.research import (
    Chart,
    ChartColumn,
    ChartEntity,
    ChartSeries,
    CitedSource,
    ResearchOutcome,
    ResearchStep,
)
from cryptodesk.core.tools import ToolTrace
from cryptodesk.core.usage import Cost, RunReceipt, Usage
from cryptodesk.core.verification import CellReference, CheckedFigure, Counts, Verification
from cryptodesk.dialects.openai.answering import ExtraEncoder
from cryptodesk.dialects.openai.asking import INCLUDES
from cryptodesk.dialects.openai.encode import StreamEncoder
from tests.cli.support import folded

DAY = datetime(2026, 9, 1, tzinfo=UTC)
CHART = Chart(
    chart_id=1,
    kind="line",
    title="Solana",
    dataset="price",
    metric="close",
    granularity="1d",
    start=DAY,
    end=DAY,
    columns=(ChartColumn(slug="time", name="Time", description="", format="string", is_timestamp=True),),
    series=(ChartSeries("5426", ChartEntity("asset", "5426", "Solana", symbol="SOL"), ((DAY.timestamp(), 1.5),)),),
)
OUTCOME = ResearchOutcome(
    "clarification",
    (CitedSource(1, "k", "document", "example.org", "Title", "https://example.org/a", "2026-09-01"),),
    (CHART,),
    ("And then?",),
    ("Terra", "Terra Classic"),
)
FIGURE = CheckedFigure("$5", 0, 2, "bound", cells=(CellReference("c1", "t", "/a", value=5.0, unit="USD"),))
CALL = ToolCallPart("c1", "cmc_market_data", '{"ids":[1]}')
PAGE = Citation("Desk", "Title", "https://example.org/a")
TRACE = ToolTrace("c1", CALL.name, CALL.arguments, "completed", "told", '{"a":5}', citations=(PAGE,), duration_ms=2.5)
EVENTS: list[RunEvent] = [
    RunStarted("r1", 1_700_000_000, "served", "default"),
    Progress(ResearchStep("plan", "rules", "started")),
    ToolCallStarted(CALL),
    ToolCallFinished(TRACE),
    TextDelta("$5 is "),
    TextDelta("it [1]."),
    RunFinished(
        "stop",
        Usage(100, 20, 30, 7),
        Cost(Decimal("0.0021")),
        limit="6 model calls",
        verification=Verification("verified", Counts(bound=1), (FIGURE,)),
        research=OUTCOME,
        receipt=RunReceipt("r1", Decimal("0.0021"), Decimal("0.5"), ("p@1",), False),
    ),
]


def frames(events: list[RunEvent]) -> list[dict[str, Any]]:
    encoder = StreamEncoder(ExtraEncoder(frozenset(INCLUDES)), tells_usage=True)
    text = b"".join(encoder.encode([event]) for event in events).decode()
    return [json.loads(line[6:]) for line in text.splitlines() if line.startswith("data: {")]


def read(found: list[dict[str, Any]]) -> list[RunEvent]:
    reader = FrameReader("http://desk")
    return [*(event for frame in found for event in reader.read(frame)), *reader.finish()]


def test_text_steps_and_start_are_told_as_they_come() -> None:
    reader = FrameReader("http://desk")
    told = [event for frame in frames(EVENTS)[:-2] for event in reader.read(frame)]
    assert told == [event for event in EVENTS[:6] if not isinstance(event, ToolCallFinished)]


def test_the_fold_is_that_of_the_server_save_what_only_its_model_was_told() -> None:
    theirs, ours = folded(EVENTS), folded(read(frames(EVENTS)))
    assert (ours.text, ours.started, ours.finished) == (theirs.text, theirs.started, theirs.finished)
    (trace,) = ours.traces
    assert trace == ToolTrace(
        "c1", CALL.name, CALL.arguments, "completed", '{"a":5}', '{"a":5}', citations=(PAGE,), duration_ms=2.5
    )


def test_a_cost_that_nobody_knows_stays_unknown() -> None:
    receipt = RunReceipt("r1", Decimal("NaN"), Decimal("NaN"), (), False)
    finished = RunFinished("stop", Usage(1, 1), Cost(Decimal("NaN")), receipt=receipt)
    ours = folded(read(frames([EVENTS[0], finished])))
    assert ours.finished is not None
    assert not ours.finished.cost.is_known


def test_a_failed_tool_has_its_reason_and_no_result() -> None:
    failed = ToolTrace("c1", CALL.name, "{}", "failed", "told", error_message="no such asset")
    (trace,) = folded(read(frames([EVENTS[0], ToolCallFinished(failed), EVENTS[-1]]))).traces
    assert (trace.status, trace.error_message, trace.output) == ("failed", "no such asset", None)


def test_a_stream_that_ends_early_is_said_to_have_done_so() -> None:
    with pytest.raises(UpstreamBadAnswer, match="ended before the answer did"):
        read(frames(EVENTS)[:-2])


@pytest.mark.parametrize(
    "frame",
    [
        {},
        {"id": 1, "created": "soon", "model": "m", "choices": []},
        {"id": "x", "created": 1, "model": "m", "choices": [{"delta": None}]},
        {"id": "x", "created": 1, "model": "m", "choices": [], "cryptodesk": {"progress": [{"kind": "tool"}]}},
        {"id": "x", "created": 1, "model": "m", "choices": [], "usage": {"prompt_tokens": "many"}},
    ],
)
def test_a_frame_that_is_none_of_this_dialect_is_a_bad_answer(frame: dict[str, Any]) -> None:
    with pytest.raises(UpstreamBadAnswer, match="http://desk: a frame of its stream cannot be read"):
        list(FrameReader("http://desk").read(frame))


def test_what_is_told_beside_the_answer_may_be_nonsense_too() -> None:
    reader = FrameReader("http://desk")
    base = {"id": "x", "created": 1, "model": "m"}
    told = {"verification": {"status": 5}, "citations": "none"}
    fold = RunFold()
    choice = {"delta": {}, "finish_reason": "stop"}
    for event in reader.read(base | {"choices": [choice], "cryptodesk": told}):
        fold.add(event)
    with pytest.raises(UpstreamBadAnswer, match="beside the answer"):
        list(reader.finish())
