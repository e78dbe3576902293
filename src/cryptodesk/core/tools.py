"""Tools as the engine and the models see them: a specification, a call's outcome."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from msgspec import Struct

from cryptodesk.core.messages import Citation

__all__ = ["ToolRunContext", "ToolSpec", "ToolTrace"]


class ToolSpec(Struct, frozen=True):
    """What a model is told about a tool. `parameters` is a JSON Schema object.

    `built_in` tools run here, others at the caller. `is_resolver` marks a tool that only finds ids for the
    others, so that a turn which ran nothing else is not finished yet. `advice` are usage lines for the prompt.
    """

    name: str
    description: str
    parameters: dict[str, Any]
    strict: bool = False
    built_in: bool = False
    is_resolver: bool = False
    advice: str = ""


class ToolRunContext(Struct, frozen=True):
    """What a tool may know of the run it serves. `as_of` limits every datum to what was known at that moment."""

    run_id: str
    key_id: str
    as_of: datetime | None
    timeout_seconds: float


class ToolTrace(Struct, frozen=True):
    """One finished call of a built-in tool.

    `output` is what the client may see (JSON text), None when failed or sanitized; `model_content` is what the
    model is told, which for a sanitized tool is more than the client sees.
    """

    call_id: str
    name: str
    arguments: str
    status: Literal["completed", "failed"]
    model_content: str
    output: str | None = None
    output_visibility: Literal["sanitized"] | None = None
    citations: tuple[Citation, ...] | None = None
    error_message: str | None = None
    duration_ms: float = 0.0
