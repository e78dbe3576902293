from __future__ import annotations

from decimal import Decimal

import pytest

from cryptodesk.core.errors import InternalError
from cryptodesk.core.events import (
    ReasoningDelta,
    RunFailed,
    RunFinished,
    RunFold,
    RunStarted,
    TextDelta,
    ToolCallDelta,
    ToolCallFinished,
    ToolCallStarted,
)
from cryptodesk.core.messages import ToolCallPart
from cryptodesk.core.tools import ToolTrace
from cryptodesk.core.usage import Cost, Usage, decimal_text

TRACE = ToolTrace("c1", "tool", "{}", "completed", "out", output="out")


def test_the_fold_gathers_texts_calls_and_traces() -> None:
    fold = RunFold()
    started = RunStarted("r", 1, "m", "default")
    finished = RunFinished("stop", Usage(1, 2), Cost(Decimal("0.1")))
    for event in (
        started,
        ReasoningDelta("hm"),
        TextDelta("a"),
        TextDelta("b"),
        ToolCallStarted(ToolCallPart("c1", "tool", "{}")),
        ToolCallFinished(TRACE),
        ToolCallDelta(1, "c3", "late", ""),
        ToolCallDelta(0, "c2", "mine", '{"a"'),
        ToolCallDelta(0, None, None, ":1}"),
        finished,
    ):
        fold.add(event)
    assert (fold.started, fold.text, fold.reasoning) == (started, "ab", "hm")
    assert fold.tool_calls == (ToolCallPart("c2", "mine", '{"a":1}'), ToolCallPart("c3", "late", ""))
    assert (fold.traces, fold.finished, fold.failed) == ([TRACE], finished, None)


def test_the_fold_keeps_the_failure() -> None:
    fold = RunFold()
    failed = RunFailed(InternalError("x"))
    fold.add(failed)
    assert fold.failed is failed


def test_usages_add_up_and_reasoning_counts_into_the_total() -> None:
    total = Usage(10, 5, 4, 3) + Usage(1, 1, 1, 1)
    assert (total, total.total_tokens) == (Usage(11, 6, 5, 4), 21)
    assert Cost(Decimal("0.1"), Decimal("0.01")).total_usd == Decimal("0.11")
    assert Cost(Decimal(1), Decimal(2)) + Cost(Decimal(3), Decimal(4)) == Cost(Decimal(4), Decimal(6))


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("0", "0"),
        ("0.00", "0"),
        ("1E-7", "0.0000001"),
        ("1E+3", "1000"),
        ("100", "100"),
        ("0.00213375", "0.00213375"),
        ("1.50", "1.5"),
        ("0.1234567890123456789012345678901234", "0.1234567890123456789012345678901234"),
    ],
)
def test_an_amount_is_written_with_every_digit_and_no_exponent(amount: str, text: str) -> None:
    assert decimal_text(Decimal(amount)) == text
