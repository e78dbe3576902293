"""What graders are given and what they give."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import msgspec
from msgspec import Struct

from cryptodesk.core.tools import ToolTrace
from cryptodesk.core.usage import Usage

__all__ = ["Check", "Made", "Observed", "PlannedPart", "made_calls"]


class Check(Struct, frozen=True):
    """`right` of `of` things were right; `notes` say in a few words what was not."""

    right: int
    of: int
    notes: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        return self.right == self.of


class Made(Struct, frozen=True):
    """A call as it was made; arguments that are no JSON object are empty."""

    tool: str
    arguments: dict[str, Any]


class PlannedPart(Struct, frozen=True):
    """What the analyst took one question of the text for."""

    intent: str
    calls: tuple[Made, ...]
    asset_ids: tuple[int | str, ...]


class Observed(Struct, frozen=True):
    """What a model did with a question. `failure` is why it has no answer; `plan` is there for the analyst alone."""

    text: str
    traces: tuple[ToolTrace, ...] = ()
    model: str = ""
    usage: Usage = Usage()
    cost_usd: Decimal = Decimal(0)
    duration_ms: float = 0.0
    failure: str | None = None
    plan: tuple[PlannedPart, ...] | None = None

    @property
    def calls(self) -> tuple[Made, ...]:
        return made_calls(self.traces)


def made_calls(traces: Sequence[ToolTrace]) -> tuple[Made, ...]:
    return tuple(Made(trace.name, _arguments(trace.arguments)) for trace in traces)


def _arguments(text: str) -> dict[str, Any]:
    try:
        found = msgspec.json.decode(text)
    except msgspec.DecodeError:
        return {}
    return found if isinstance(found, dict) else {}
