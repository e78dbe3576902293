"""A run as it is asked for: the narrow waist's inlet. Every dialect parses into `RunRequest`."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Literal

from msgspec import Struct

from cryptodesk.core.generation import ReasoningEffort, ResponseFormat, ToolChoice
from cryptodesk.core.messages import Message
from cryptodesk.core.research import ResearchOptions
from cryptodesk.core.tools import ToolSpec

__all__ = ["AfterTools", "Caller", "RunLimits", "RunRequest"]

AfterTools = Literal["return", "answer"]


class Caller(Struct, frozen=True):
    """Who pays and whose responses may be resumed. Ids, never the key itself."""

    account_id: str
    key_id: str


class RunLimits(Struct, frozen=True):
    """Upper bounds of one run. `rounds` counts model calls, `tool_calls` built-in calls; once `tokens` (input, output
    and reasoning of all rounds) are spent, no further round of tools begins. `cost_usd` is never passed: no call of a
    model begins that could."""

    rounds: int = 6
    tool_calls: int = 24
    tokens: int | None = None
    seconds: float = 120.0
    tool_seconds: float = 20.0
    cost_usd: Decimal | None = None


class RunRequest(Struct, frozen=True):
    """One question to the desk.

    `built_in_tools` are names of tools that run here, `client_tools` are the caller's own. `after_tools` says what
    follows a round of built-in calls: "return" hands the traces to the caller, who resumes the run for the text;
    "answer" goes on to the finished text. `include` names what the caller wants beyond the
    dialect's own. `resume_from` is the run id of an earlier open turn. With `research` the question is answered by the
    research graph.
    """

    caller: Caller
    dialect: str
    trace_id: str
    model_id: str
    messages: tuple[Message, ...]
    built_in_tools: tuple[str, ...] = ()
    client_tools: tuple[ToolSpec, ...] = ()
    tool_choice: ToolChoice | None = None
    response_format: ResponseFormat | None = None
    temperature: float | None = None
    max_output_tokens: int | None = None
    reasoning_effort: ReasoningEffort | None = None
    stream: bool = False
    resume_from: str | None = None
    after_tools: AfterTools = "answer"
    as_of: datetime | None = None
    include: frozenset[str] = frozenset()
    limits: RunLimits = RunLimits()
    research: ResearchOptions | None = None
