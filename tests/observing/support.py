"""Numbers of a tally by name and labels, and a run's summary."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from cryptodesk.core.ports import RunSummary
from cryptodesk.core.usage import Usage
from cryptodesk.observing.tally import Tally


def numbers(tally: Tally) -> dict[tuple[str, ...], list[float]]:
    """By name without prefix, then the labels."""
    return {(row.name.removeprefix("cryptodesk_"), *row.labels): values for row, values in tally.board.read()}


def summary(**fields: Any) -> RunSummary:
    values: dict[str, Any] = {
        "run_id": "r1",
        "trace_id": "t1",
        "dialect": "cmc",
        "account_id": "CANARY-account",
        "key_id": "CANARY-key",
        "model_id": "asked",
        "served_by": "served",
        "outcome": "finished",
        "code": None,
        "finish_reason": "stop",
        "tool_calls": 1,
        "usage": Usage(input_tokens=30, output_tokens=7, cache_read_tokens=10),
        "amount_usd": Decimal("0.25"),
        "duration_ms": 40.0,
    }
    return RunSummary(**{**values, **fields})
