"""Rows of a drill, as a test wants them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from msgspec import structs

from cryptodesk.drills import DrillRow

__all__ = ["row"]

_ROW = DrillRow(
    fault="cut",
    way="cmc",
    wire="openai_wire",
    model_id="m",
    at=None,
    saw="the whole answer",
    status=200,
    frames=9,
    terminator="[DONE]",
    error="",
    asked=1,
    charged="as reported",
    charged_usd=Decimal("0.0002725"),
    is_estimated=False,
    billed="all, reported",
    billed_usd=Decimal("0.0002725"),
    outcome="finished",
    breaches=(),
)


def row(**fields: Any) -> DrillRow:
    return structs.replace(_ROW, **fields)
