"""What a client hears while a run goes on: its steps as progress, and what went wrong as log messages."""

from __future__ import annotations

from typing import Any

import mcp_types as types
from mcp.server.connection import allowed_log_levels
from mcp.server.context import ServerRequestContext
from mcp_types.version import MODERN_PROTOCOL_VERSIONS

from cryptodesk.core.events import Progress, RunEvent, ToolCallFinished, ToolCallStarted

__all__ = ["LogLevels", "StepTeller"]

Context = ServerRequestContext[Any, Any]

_SEVERITIES: tuple[types.LoggingLevel, ...] = (
    "debug",
    "info",
    "notice",
    "warning",
    "error",
    "critical",
    "alert",
    "emergency",
)
_LOGGER = "cryptodesk"


class LogLevels:
    """From which level on a client wants log messages. Newer clients say so with each request. Older ones set it once,
    which holds for a connection; over HTTP there is none, so that they hear of warnings there."""

    def __init__(self) -> None:
        self._least: types.LoggingLevel = "warning"

    def set(self, context: Context, level: types.LoggingLevel) -> None:
        if context.request is None:
            self._least = level

    def wants(self, context: Context, level: types.LoggingLevel) -> bool:
        if context.protocol_version in MODERN_PROTOCOL_VERSIONS:
            return level in allowed_log_levels(context.protocol_version, context.meta)
        return _SEVERITIES.index(level) >= _SEVERITIES.index(self._least)


class StepTeller:
    """Tells one run's steps, in the order in which they happen."""

    def __init__(self, context: Context, levels: LogLevels) -> None:
        self._context = context
        self._levels = levels
        self._steps = 0

    async def tell(self, event: RunEvent) -> None:
        match event:
            case ToolCallStarted(call):
                await self._progress(f"{call.name} {call.arguments[:200]}")
            case ToolCallFinished(trace) if trace.status == "failed":
                await self._progress(f"{trace.name} failed")
                await self._log("warning", {"tool": trace.name, "error": trace.error_message or "the tool failed"})
            case ToolCallFinished(trace):
                await self._progress(f"{trace.name} completed in {trace.duration_ms:.0f} ms")
                await self._log("info", {"tool": trace.name, "duration_ms": round(trace.duration_ms, 1)})
            case Progress(step):
                await self._progress(f"{step.node}: {step.detail or step.status}"[:200])
            case _:
                pass

    async def _progress(self, message: str) -> None:
        self._steps += 1
        await self._context.session.report_progress(self._steps, message=message)

    async def _log(self, level: types.LoggingLevel, data: dict[str, Any]) -> None:
        if not self._levels.wants(self._context, level):
            return
        params = types.LoggingMessageNotificationParams(level=level, logger=_LOGGER, data=data)
        await self._context.session.send_notification(
            types.LoggingMessageNotification(params=params), related_request_id=self._context.request_id
        )
