"""Runs built-in tools by name: arguments checked, time and size bounded, every failure told in the trace."""

from __future__ import annotations

import asyncio
import importlib
import logging
import time
from collections.abc import Mapping, Sequence

from msgspec import Struct

from cryptodesk.core.discover import discover
from cryptodesk.core.errors import ToolError, UpstreamError, UpstreamRateLimited, UpstreamTimeout
from cryptodesk.core.messages import Citation, ToolCallPart
from cryptodesk.core.tools import ToolRunContext, ToolSpec, ToolTrace
from cryptodesk.tools._arguments import parse_arguments
from cryptodesk.tools._output import encode_result
from cryptodesk.tools._schema import json_schema
from cryptodesk.tools._tool import BuiltInTool, Cited, ToolContext, ToolServices, public_name

__all__ = ["ToolRegistry", "load_tools", "tool_specs"]

_logger = logging.getLogger(__name__)


class _Outcome(Struct, frozen=True):
    content: str
    citations: tuple[Citation, ...] | None


def load_tools() -> dict[str, BuiltInTool]:
    """Every built-in tool by its public name: the `TOOL` of each public module of this package."""
    package = importlib.import_module("cryptodesk.tools")
    return {public_name(module): tool for module, tool in discover(package, "TOOL").items()}


def tool_specs() -> tuple[ToolSpec, ...]:
    """What each built-in tool is, by name; needs no services."""
    return tuple(_spec(name, tool) for name, tool in load_tools().items())


class ToolRegistry:
    """The built-in tools (`core.ports.ToolRunner`). `tools` replaces the discovered ones."""

    def __init__(self, services: ToolServices, tools: Mapping[str, BuiltInTool] | None = None) -> None:
        self._services = services
        self._tools = dict(load_tools() if tools is None else tools)
        self._specs = {name: _spec(name, tool) for name, tool in self._tools.items()}

    def spec(self, name: str) -> ToolSpec:
        """The canonical specification. Raises: KeyError for a name that is not a built-in tool."""
        return self._specs[name]

    def names(self) -> Sequence[str]:
        return tuple(self._specs)

    async def run(self, call: ToolCallPart, context: ToolRunContext) -> ToolTrace:
        """The finished call. Never raises for a failing tool; only cancelling the caller passes through."""
        started = time.perf_counter()
        try:
            outcome = await self._outcome(call, context)
        except ToolError as error:
            return _failed(call, error.message, started)
        except UpstreamError as error:
            return _failed(call, _upstream_message(error), started)
        except Exception:
            # A boundary like the run's own: a defect in one tool must not end the run, whatever it raises.
            _logger.exception("tool %s failed in run %s", call.name, context.run_id)
            return _failed(call, "internal error", started)
        return self._completed(call, outcome, started)

    async def _outcome(self, call: ToolCallPart, context: ToolRunContext) -> _Outcome:
        tool = self._tools.get(call.name)
        if tool is None:
            raise ToolError(f"unknown tool {call.name!r}")
        arguments = parse_arguments(call.arguments, tool.arguments_type, self._specs[call.name].parameters)
        result = await _in_time(tool, arguments, ToolContext(self._services, context))
        citations: tuple[Citation, ...] | None = () if tool.is_sanitized else None
        if isinstance(result, Cited):
            citations = result.citations
            result = result.result
        content = encode_result(result, size_limit=tool.size_limit, float_digits=tool.float_digits)
        return _Outcome(content, citations)

    def _completed(self, call: ToolCallPart, outcome: _Outcome, started: float) -> ToolTrace:
        is_sanitized = self._tools[call.name].is_sanitized
        return ToolTrace(
            call_id=call.call_id,
            name=call.name,
            arguments=call.arguments,
            status="completed",
            model_content=outcome.content,
            output=None if is_sanitized else outcome.content,
            output_visibility="sanitized" if is_sanitized else None,
            citations=outcome.citations,
            duration_ms=_milliseconds_since(started),
        )


def _spec(name: str, tool: BuiltInTool) -> ToolSpec:
    return ToolSpec(
        name=name,
        description=tool.description,
        parameters=json_schema(tool.arguments_type),
        built_in=True,
        is_resolver=tool.is_resolver,
        advice=tool.advice,
    )


async def _in_time(tool: BuiltInTool, arguments: Struct, context: ToolContext) -> Struct:
    seconds = context.run.timeout_seconds
    try:
        async with asyncio.timeout(seconds) as limit:
            return await tool.function(arguments, context)
    except TimeoutError:
        # The tool's own TimeoutError is a defect; only ours is the limit.
        if limit.expired():
            raise ToolError(f"timed out after {seconds:g}s") from None
        raise


def _upstream_message(error: UpstreamError) -> str:
    if isinstance(error, UpstreamRateLimited):
        return f"rate limited by {error.upstream}"
    if isinstance(error, UpstreamTimeout):
        return f"upstream timed out ({error.upstream})"
    return f"upstream unavailable ({error.upstream})"


def _failed(call: ToolCallPart, message: str, started: float) -> ToolTrace:
    return ToolTrace(
        call_id=call.call_id,
        name=call.name,
        arguments=call.arguments,
        status="failed",
        model_content=message,
        error_message=message,
        duration_ms=_milliseconds_since(started),
    )


def _milliseconds_since(started: float) -> float:
    return (time.perf_counter() - started) * 1000
