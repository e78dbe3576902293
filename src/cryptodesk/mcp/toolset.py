"""The built-in tools over MCP, as the registry has them: called outside of a run, so free of charge."""

from __future__ import annotations

from typing import Any

import mcp_types as types
import msgspec
from mcp.shared.exceptions import MCPError
from mcp_types import INVALID_PARAMS

from cryptodesk.core.errors import CryptodeskError
from cryptodesk.core.ids import new_id
from cryptodesk.core.messages import ToolCallPart
from cryptodesk.core.requests import Caller
from cryptodesk.core.tools import ToolRunContext, ToolTrace
from cryptodesk.dialects._quoting import clipped
from cryptodesk.mcp.arguments import encode_arguments
from cryptodesk.mcp.ports import McpPorts
from cryptodesk.mcp.running import run_apart
from cryptodesk.tools import BuiltInTool, Cited, load_tools
from cryptodesk.tools._schema import json_schema

__all__ = ["ToolDesk"]

# A schema of the result is listed where it is at most so long: the list is read by a model at every turn.
_MOST_SCHEMA_BYTES = 400

_READS = types.ToolAnnotations(read_only_hint=True)


class ToolDesk:
    """`listed` is what `tools/list` says of them."""

    def __init__(self, ports: McpPorts) -> None:
        self._ports = ports
        declared = load_tools()
        self._sanitized = {name for name, tool in declared.items() if tool.is_sanitized}
        self.listed = [self._entry(name, declared.get(name)) for name in ports.tools.names()]

    async def call(self, name: str, arguments: dict[str, Any], caller: Caller) -> types.CallToolResult:
        """Raises: MCPError for a name that no tool has. A tool that fails says so in its result. A call counts against
        no limit, but whoever has reached one, or meets a desk under overload, is turned away."""
        if name not in self._ports.tools.names():
            raise MCPError(INVALID_PARAMS, f"Unknown tool: {clipped(name)}")
        try:
            self._ports.edge.refuse_early(caller)
            text = encode_arguments(arguments).decode()
        except CryptodeskError as error:
            return _failure(error.message)
        run_id = new_id()
        call = ToolCallPart(run_id, name, text)
        context = ToolRunContext(run_id, caller.key_id, None, self._ports.edge.limits.tool_seconds)
        trace = await run_apart(self._ports.tools.run(call, context))
        if trace.status == "failed":
            return _failure(trace.error_message or "the tool failed")
        output = self._output(trace)
        return types.CallToolResult(content=[_text(output)], structured_content=_object(output))

    def _entry(self, name: str, tool: BuiltInTool | None) -> types.Tool:
        spec = self._ports.tools.spec(name)
        return types.Tool(
            name=name,
            description=spec.description,
            input_schema=spec.parameters,
            output_schema=None if tool is None else _result_schema(tool),
            annotations=_READS,
        )

    def _output(self, trace: ToolTrace) -> str:
        """A model calls, so it gets what a model is told; passages only where the operator gives them away."""
        if trace.name not in self._sanitized or self._ports.settings.gives_passages:
            return trace.model_content
        return msgspec.json.encode({"citations": trace.citations or ()}).decode()


def _result_schema(tool: BuiltInTool) -> dict[str, Any] | None:
    if tool.is_sanitized or tool.result_type is Cited:
        return None
    schema = json_schema(tool.result_type)
    return schema if len(msgspec.json.encode(schema)) <= _MOST_SCHEMA_BYTES else None


def _failure(message: str) -> types.CallToolResult:
    return types.CallToolResult(content=[_text(message)], is_error=True)


def _text(text: str) -> types.TextContent:
    return types.TextContent(text=text)


def _object(text: str) -> dict[str, Any] | None:
    try:
        found = msgspec.json.decode(text)
    except msgspec.DecodeError:
        return None
    return found if isinstance(found, dict) else None
