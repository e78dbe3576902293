"""`GET /v1/limits`: how much the key and its account may ask, and what is used of it now."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final, get_args

import msgspec

from cryptodesk.core.limits import MEASURES, LimitState, Scope
from cryptodesk.core.requests import Caller
from cryptodesk.dialects._ports import DialectPorts
from cryptodesk.dialects.desk.reply import Ask, Endpoint

__all__ = ["LIMITS_PATH", "build_limits_endpoint", "limits_schema"]

LIMITS_PATH: Final = "/v1/limits"

States = Callable[[Caller], Awaitable[Sequence[LimitState]]]


def build_limits_endpoint(ports: DialectPorts, states: States) -> Endpoint:
    async def show_limits(ask: Ask) -> bytes:
        found = await states(ask.caller)
        return msgspec.json.encode({"object": "list", "data": [_wire(state) for state in found]})

    return Endpoint(ports, GET=show_limits)


def _wire(state: LimitState) -> dict[str, Any]:
    resets_at = state.resets_at
    return {
        "scope": state.limit.scope,
        "scope_id": state.limit.scope_id,
        "measure": state.limit.measure,
        "limit": state.limit.amount,
        "used": state.used,
        "left": state.remaining,
        "resets_at": None if resets_at is None else resets_at.isoformat().replace("+00:00", "Z"),
    }


def limits_schema() -> dict[str, Any]:
    count = {"type": "integer", "minimum": 0}
    members = {
        "scope": {"enum": list(get_args(Scope))},
        "scope_id": {"type": "string"},
        "measure": {"enum": list(MEASURES)},
        **dict.fromkeys(("limit", "used", "left"), count),
        "resets_at": {"type": ["string", "null"], "format": "date-time"},
    }
    row = {"type": "object", "properties": members, "required": list(members)}
    properties = {"object": {"const": "list"}, "data": {"type": "array", "items": row}}
    return {"type": "object", "properties": properties, "required": ["object", "data"]}
