"""The request of Responses, and the chat request that asks for the same."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

import msgspec
from msgspec import Struct

from cryptodesk.core.errors import InvalidRequest
from cryptodesk.dialects._body import read_object
from cryptodesk.dialects._quoting import clipped
from cryptodesk.dialects.openai.asking import WireAsk
from cryptodesk.dialects.openai.checks import invalid_value
from cryptodesk.dialects.openai.errors import missing
from cryptodesk.dialects.openai.parse import explain_fault
from cryptodesk.dialects.openai.request import (
    ChatMessage,
    ChatRequest,
    WireAllowed,
    WireCall,
    WireCallFunction,
    WireChoice,
    WireFormat,
    WireFunction,
    WireJsonSchema,
    WireName,
    WirePart,
    WireTool,
)

__all__ = ["ResponsesRequest", "read_responses", "to_chat", "told_of_input"]

_TEXT_PARTS: Final = frozenset({"input_text", "output_text", "text"})
_STATE: Final = "Nothing is stored here; send the whole conversation as 'input'."
_ITEMS: Final = "'message', 'function_call', 'function_call_output', and 'reasoning'"
_PATH: Final = re.compile(r"\bmessages\[(\d+)\]")


class InputItem(Struct):
    type: str | None = None
    role: str | None = None
    content: str | list[WirePart] | None = None
    call_id: str | None = None
    name: str | None = None
    arguments: str | None = None
    output: str | list[WirePart] | None = None


class FlatTool(Struct):
    type: str
    name: str | None = None
    description: str | None = None
    parameters: dict[str, Any] | None = None
    strict: bool | None = None


class FlatChoice(Struct):
    type: str
    name: str | None = None
    mode: str = "auto"
    tools: list[FlatTool] | None = None


class TextFormat(Struct):
    type: str
    name: str | None = None
    schema: dict[str, Any] | None = None
    strict: bool | None = None


class TextOptions(Struct):
    format: TextFormat | None = None
    verbosity: str | None = None


class ReasoningOptions(Struct):
    effort: str | None = None


class ResponsesRequest(Struct):
    model: str
    input: str | list[InputItem]
    instructions: str | None = None
    max_output_tokens: int | None = None
    metadata: dict[str, str] | None = None
    parallel_tool_calls: bool | None = None
    reasoning: ReasoningOptions | None = None
    stream: bool | None = None
    temperature: float | None = None
    text: TextOptions | None = None
    tool_choice: str | FlatChoice | None = None
    tools: list[FlatTool] | None = None
    top_p: float | None = None
    cryptodesk: WireAsk | None = None
    # State that is not kept here.
    background: bool | None = None
    conversation: Any = None
    previous_response_id: str | None = None
    prompt: Any = None


_decode = msgspec.json.Decoder(ResponsesRequest).decode


def read_responses(body: bytes) -> ResponsesRequest:
    """Raises: InvalidRequest that names the parameter."""
    try:
        asked = _decode(str(body, "utf-8"))
    except msgspec.ValidationError as error:
        read_object(body)
        raise explain_fault(error) from None
    except (ValueError, RecursionError):
        read_object(body)
        raise InvalidRequest("The request body cannot be read.") from None
    for name in ("background", "conversation", "previous_response_id", "prompt"):
        if getattr(asked, name):
            text = f"Unsupported parameter: '{name}' is not supported here. {_STATE}"
            raise InvalidRequest(text, param=name, reason="unsupported_parameter")
    return asked


def to_chat(asked: ResponsesRequest) -> tuple[ChatRequest, list[int]]:
    """The chat request, and of each of its messages which item it comes from (-1 for the instructions).

    Raises: InvalidRequest."""
    messages, origins = _messages(asked)
    text = asked.text or TextOptions()
    chat = ChatRequest(
        messages=messages,
        model=asked.model,
        max_completion_tokens=asked.max_output_tokens,
        parallel_tool_calls=asked.parallel_tool_calls,
        reasoning_effort=asked.reasoning.effort if asked.reasoning is not None else None,
        response_format=_format(text.format),
        stream=asked.stream,
        temperature=asked.temperature,
        tool_choice=_choice(asked.tool_choice),
        tools=[_tool(tool, f"tools[{at}]") for at, tool in enumerate(asked.tools)] if asked.tools else None,
        verbosity=text.verbosity,
        cryptodesk=asked.cryptodesk,
        top_p=asked.top_p,
    )
    return chat, origins


def told_of_input(error: InvalidRequest, origins: Sequence[int]) -> InvalidRequest:
    """The same fault with the places of the request that was sent."""

    def renamed(found: re.Match[str]) -> str:
        at = int(found[1])
        origin = origins[at] if at < len(origins) else at
        return "instructions" if origin < 0 else f"input[{origin}]"

    param = None if error.param is None else _PATH.sub(renamed, error.param)
    return InvalidRequest(_PATH.sub(renamed, error.message), param=param, reason=error.reason)


# -- parts -------------------------------------------------------------------------------------------------------------


def _messages(asked: ResponsesRequest) -> tuple[list[ChatMessage], list[int]]:
    messages: list[ChatMessage] = []
    origins: list[int] = []
    if asked.instructions is not None:
        messages.append(ChatMessage("system", asked.instructions))
        origins.append(-1)
    items = [InputItem(role="user", content=asked.input)] if isinstance(asked.input, str) else asked.input
    for at, item in enumerate(items):
        found = _message(item, f"input[{at}]", messages)
        if found is not None:
            messages.append(found)
            origins.append(at)
    if not items:
        raise InvalidRequest("Invalid 'input': empty array.", param="input", reason="empty_array")
    return messages, origins


def _message(item: InputItem, path: str, before: list[ChatMessage]) -> ChatMessage | None:
    """None where the item is a part of the message before, or is passed over."""
    match item.type:
        case None | "message":
            return _spoken(item, path)
        case "function_call":
            return _called(item, path, before)
        case "function_call_output":
            if not item.call_id:
                raise missing(f"{path}.call_id")
            return ChatMessage("tool", _content(item.output, f"{path}.output"), tool_call_id=item.call_id)
        case "reasoning":
            return None
        case kind:
            raise invalid_value(kind, f"{path}.type", _ITEMS)


def _spoken(item: InputItem, path: str) -> ChatMessage:
    if item.role not in ("user", "assistant", "system", "developer"):
        if item.role is None:
            raise missing(f"{path}.role")
        raise invalid_value(item.role, f"{path}.role", "'assistant', 'system', 'developer', and 'user'")
    return ChatMessage(item.role, _content(item.content, f"{path}.content"))  # type: ignore[arg-type]


def _called(item: InputItem, path: str, before: list[ChatMessage]) -> ChatMessage | None:
    """Calls that follow one another, or the text of their turn, are one message."""
    if not item.call_id or not item.name:
        raise missing(f"{path}.{'name' if item.call_id else 'call_id'}")
    call = WireCall(item.call_id, "function", WireCallFunction(item.name, item.arguments or ""))
    if before and before[-1].role == "assistant":
        before[-1].tool_calls = [*(before[-1].tool_calls or ()), call]
        return None
    return ChatMessage("assistant", None, tool_calls=[call])


def _content(content: str | list[WirePart] | None, path: str) -> str | list[WirePart]:
    if content is None:
        raise missing(path)
    if isinstance(content, str):
        return content
    return [_part(part, f"{path}[{at}]") for at, part in enumerate(content)]


def _part(part: WirePart, path: str) -> WirePart:
    if part.type in _TEXT_PARTS:
        if part.text is None:
            raise missing(f"{path}.text")
        return WirePart("text", part.text)
    if part.type == "refusal":
        return part
    raise InvalidRequest(
        f"Content of type '{clipped(part.type)}' is not supported here: models are given text alone.",
        param=f"{path}.type",
        reason="unsupported_content_type",
    )


def _tool(tool: FlatTool, path: str) -> WireTool:
    if tool.type != "function":
        raise invalid_value(tool.type, f"{path}.type", "'function'")
    if tool.name is None:
        raise missing(f"{path}.name")
    return WireTool("function", WireFunction(tool.name, tool.description, tool.parameters, tool.strict))


def _choice(choice: str | FlatChoice | None) -> str | WireChoice | None:
    if choice is None or isinstance(choice, str):
        return choice
    if choice.type != "allowed_tools":
        return WireChoice(choice.type, WireName(choice.name))
    tools = [_tool(tool, f"tool_choice.tools[{at}]") for at, tool in enumerate(choice.tools or ())]
    return WireChoice("allowed_tools", None, WireAllowed(choice.mode, tools))


def _format(wanted: TextFormat | None) -> WireFormat | None:
    if wanted is None:
        return None
    if wanted.type != "json_schema":
        return WireFormat(wanted.type)
    if wanted.name is None:
        raise missing("text.format.name")
    return WireFormat("json_schema", WireJsonSchema(wanted.name, None, wanted.schema, wanted.strict))
