"""The documented checks in their documented order, with their exact messages.

Runs only when the typed reading of a body failed or found something unusual (`parse.py`), so it may take its time.
Order (section 2): JSON syntax, object `tool_choice`, required fields and ranges, model, tool definitions, resumption,
replayed tool messages.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, cast

from cryptodesk.core.errors import InvalidRequest, OutputLimitTooLow
from cryptodesk.dialects._body import read_object
from cryptodesk.dialects._extra import check_extra
from cryptodesk.dialects.cmc import choices
from cryptodesk.dialects.cmc.checks_tools import check_format_schema, check_tools, read_format
from cryptodesk.dialects.cmc.errors import ServerBusy, clipped, missing
from cryptodesk.dialects.cmc.request import ChatMessage, ChatRequest, Ignored
from cryptodesk.dialects.cmc.values import Json, expect, invalid_value

__all__ = ["check_body"]

_ROLES = ("system", "user", "assistant", "tool")
_ROLES_TEXT = "'system', 'user', 'assistant', and 'tool'"
_REPLAYED = "messages with role 'tool' must be a response to a preceeding message with 'tool_calls'"


def check_body(
    body: bytes, built_in_names: Collection[str], require_model: Callable[[str], object] | None
) -> ChatRequest:
    """The request, if nothing is wrong with it.

    Raises: InvalidRequest, ServerBusy, OutputLimitTooLow, ModelNotFound."""
    document = read_object(body)
    if isinstance(document.get("tool_choice"), (dict, list)):
        raise ServerBusy
    chat = _check_fields(document)
    try:
        _check_late(document, chat, built_in_names)
    except (InvalidRequest, ServerBusy):
        if require_model is not None:
            require_model(chat.model)  # an unknown model is told before these faults
        raise
    return chat


# -- required fields, enums, ranges ------------------------------------------------------------------------------------


def _check_fields(document: dict[str, Any]) -> ChatRequest:
    """In the order of the document's table. Null is as good as absent."""
    model = expect(document, "model", str, required=True)
    messages = _check_messages(expect(document, "messages", list, required=True))
    stream = expect(document, "stream", bool)
    temperature = _check_temperature(document)
    cap = _check_cap(document)
    tools = expect(document, "tools", list)
    if tools is not None and len(tools) > choices.MAX_TOOLS:
        raise _too_many_tools(len(tools))
    response_format = read_format(document)
    expect(document, "stream_options", dict)
    effort = expect(document, "reasoning_effort", str)
    resumed = expect(document, "previous_response_id", str)
    choice = document.get("tool_choice")
    return ChatRequest(
        model=cast(str, model),
        messages=messages,
        stream=stream,
        temperature=temperature,
        max_completion_tokens=cap,
        tool_choice=choice if isinstance(choice, str) else None,
        response_format=response_format,
        reasoning_effort=effort,
        previous_response_id=resumed,
        cryptodesk=check_extra(document.get("cryptodesk")),
    )


def _check_messages(messages: list[Json]) -> list[ChatMessage]:
    if not messages:
        raise InvalidRequest(
            "Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array instead.",
            param="messages",
            reason="empty_array",
        )
    return [_check_message(message, f"messages[{index}]") for index, message in enumerate(messages)]


def _check_message(message: Json, path: str) -> ChatMessage:
    members = expect({path: message}, path, dict, required=True)
    role = expect(members, "role", str, path, required=True)
    if role == "developer" and choices.DEVELOPER_ROLE == "system":
        role = "system"
    if role not in _ROLES:
        raise invalid_value(clipped(role), f"{path}.role", _ROLES_TEXT)
    calls = expect(members, "tool_calls", list, path)
    if calls and role != "assistant":
        raise InvalidRequest(
            "Invalid parameter: 'tool_calls' is only valid on messages with role 'assistant'.",
            param=f"{path}.tool_calls",
        )
    content = _check_content(members, path, may_be_absent=bool(calls))
    call_id = expect(members, "tool_call_id", str, path)
    if role == "tool" and not call_id:
        raise missing(f"{path}.tool_call_id")
    return ChatMessage(role, content, call_id, [Ignored()] if calls else None)


def _check_content(members: dict[str, Any], path: str, *, may_be_absent: bool) -> str:
    if isinstance(members.get("content"), list) and choices.CONTENT_PARTS == "busy":
        raise ServerBusy
    return cast(str, expect(members, "content", str, path, required=not may_be_absent) or "")


def _check_temperature(document: dict[str, Any]) -> float | None:
    value = expect(document, "temperature", float)
    if value is None:
        return None
    if value > 2:
        raise _out_of_range("temperature", "decimal above max", "<= 2", value)
    if value < 0:
        raise _out_of_range("temperature", "decimal below min", ">= 0", value)
    return float(value)


def _check_cap(document: dict[str, Any]) -> int | None:
    name = "max_completion_tokens"
    value = expect(document, name, int)
    if value is None:
        return None
    if value < 1:
        raise _out_of_range(name, "integer below min", ">= 1", value)
    if value > choices.MAX_COMPLETION_TOKENS:
        raise _out_of_range(name, "integer above max", f"<= {choices.MAX_COMPLETION_TOKENS}", value)
    if value < choices.MIN_COMPLETION_TOKENS:
        raise OutputLimitTooLow(f"{name} is below {choices.MIN_COMPLETION_TOKENS}")
    return cast(int, value)


def _out_of_range(name: str, fault: str, bound: str, value: float) -> InvalidRequest:
    text = f"Invalid '{name}': {fault}imum value. Expected a value {bound}, but got {clipped(repr(value))} instead."
    return InvalidRequest(text, param=name, reason=f"{fault.replace(' ', '_')}_value")


def _too_many_tools(count: int) -> InvalidRequest:
    limit = choices.MAX_TOOLS
    text = (
        f"Invalid 'tools': array too long. Expected an array with maximum length {limit}, "
        f"but got an array with length {count} instead."
    )
    return InvalidRequest(text, param="tools", reason="array_above_max_length")


# -- tool definitions, resumption, replayed messages -------------------------------------------------------------------


def _check_late(document: dict[str, Any], chat: ChatRequest, built_in_names: Collection[str]) -> None:
    chat.tools = check_tools(document.get("tools"), built_in_names)
    check_format_schema(chat.response_format)
    resumed = chat.previous_response_id
    if resumed is None:
        _refuse_replay(chat.messages)
        return
    if not resumed.startswith(choices.COMPLETION_ID_PREFIX):
        raise _unknown_response(resumed)
    for index, message in enumerate(chat.messages):
        if message.tool_calls:
            raise InvalidRequest(
                "Send only the new messages with 'previous_response_id'; the assistant's 'tool_calls' are kept here.",
                param=f"messages[{index}].tool_calls",
            )


def _unknown_response(name: str) -> InvalidRequest:
    text = f"Previous response with id '{clipped(name)}' not found."
    return InvalidRequest(text, param="previous_response_id", reason="previous_response_not_found")


def _refuse_replay(messages: list[ChatMessage]) -> None:
    for index, message in enumerate(messages):
        if message.role == "tool":
            raise InvalidRequest(_REPLAYED, param=choices.REPLAY_PARAM.format(index=index))
    for index, message in enumerate(messages):
        if message.tool_calls:
            raise InvalidRequest(
                "An assistant message with 'tool_calls' must be followed by tool messages responding to each "
                "'tool_call_id'; send the tool result with 'previous_response_id' instead.",
                param=choices.REPLAY_PARAM.format(index=index),
            )
