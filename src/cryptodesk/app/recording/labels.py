"""Names for the events of a run, by which their order can be told; and events as lines, for runs without a request."""

from __future__ import annotations

import msgspec
from msgspec import Struct

from cryptodesk.core.events import (
    Progress,
    ReasoningDelta,
    RunEvent,
    RunFailed,
    RunFinished,
    RunStarted,
    TextDelta,
    ToolCallDelta,
    ToolCallFinished,
    ToolCallStarted,
)

__all__ = ["encode_event", "label_of"]

_json = msgspec.json.Encoder(decimal_format="string").encode
_NAMES = {
    RunStarted: "started",
    TextDelta: "text",
    ReasoningDelta: "reasoning",
    ToolCallDelta: "call piece",
    RunFinished: "finished",
    RunFailed: "failed",
}


def label_of(event: RunEvent) -> str:
    """The same for the same event of two runs; texts and pieces are told apart by their order alone."""
    match event:
        case Progress(step):
            return f"step {step.node} {step.form} {step.status}"
        case ToolCallStarted(call):
            return f"call {call.call_id}"
        case ToolCallFinished(trace):
            return f"trace {trace.call_id}"
        case _:
            return _NAMES[type(event)]


def encode_event(event: RunEvent) -> bytes:
    """One line of JSON."""
    if isinstance(event, RunFailed):
        error = event.error
        return _json({"event": "failed", "code": error.code, "message": error.message}) + b"\n"
    fields: Struct = event
    return _json({"event": label_of(event), **_builtins(fields)}) + b"\n"


def _builtins(event: Struct) -> dict[str, object]:
    return {name: getattr(event, name) for name in event.__struct_fields__}
