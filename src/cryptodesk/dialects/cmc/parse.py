"""From a body to a run request: a typed reading for the usual request, the ordered checks for every other."""

from __future__ import annotations

import msgspec

from cryptodesk.core.requests import Caller, RunRequest
from cryptodesk.dialects._extra import read_extra
from cryptodesk.dialects._ports import DialectPorts
from cryptodesk.dialects._schemas import is_nested_within
from cryptodesk.dialects.cmc import choices
from cryptodesk.dialects.cmc.checks import check_body
from cryptodesk.dialects.cmc.checks_tools import is_name
from cryptodesk.dialects.cmc.request import ChatMessage, ChatRequest, WireFormat, WireTool, to_run_request

__all__ = ["parse_request", "read_usual"]

_decode = msgspec.json.Decoder(ChatRequest).decode


def parse_request(
    body: bytes, caller: Caller, trace_id: str, ports: DialectPorts, include: bytes = b"", max_cost: bytes = b""
) -> RunRequest:
    """`include` and `max_cost` are the headers `Cryptodesk-Include` and `Cryptodesk-Max-Cost-Usd`.

    Raises: InvalidRequest, ServerBusy, OutputLimitTooLow, ModelNotFound, in the documented order of checks."""
    names = ports.built_in_tools
    chat = read_usual(body, names) or check_body(body, names, ports.require_model)
    extra = read_extra(include, chat.cryptodesk, ports.clock.now(), max_cost=max_cost)
    return to_run_request(chat, caller, trace_id, ports, extra)


def read_usual(body: bytes, built_in_names: frozenset[str]) -> ChatRequest | None:
    """The request if it is certain that none of the ordered checks would object, else None."""
    try:
        # Through `str`, because the typed decoder does not look at the bytes of fields it skips.
        chat = _decode(str(body, "utf-8"))
    except (ValueError, RecursionError):  # msgspec's and the codec's errors are ValueErrors
        return None
    return chat if _is_usual(chat, built_in_names) else None


def _is_usual(chat: ChatRequest, built_in_names: frozenset[str]) -> bool:
    resumed, cap, heat = chat.previous_response_id, chat.max_completion_tokens, chat.temperature
    if cap is not None and not choices.MIN_COMPLETION_TOKENS <= cap <= choices.MAX_COMPLETION_TOKENS:
        return False
    if heat is not None and not 0 <= heat <= 2:
        return False
    if resumed is not None and not resumed.startswith(choices.COMPLETION_ID_PREFIX):
        return False
    return (
        _are_usual_messages(chat.messages, resumes=resumed is not None)
        and (not chat.tools or _are_usual_tools(chat.tools, built_in_names))
        and (chat.response_format is None or _is_usual_format(chat.response_format))
    )


def _are_usual_messages(messages: list[ChatMessage], *, resumes: bool) -> bool:
    for message in messages:
        if message.content is None or message.tool_calls:
            return False
        if message.role == "tool" and not (resumes and message.tool_call_id):
            return False
    return bool(messages)


def _are_usual_tools(tools: list[WireTool], built_in_names: frozenset[str]) -> bool:
    if len(tools) > choices.MAX_TOOLS:
        return False
    for tool in tools:
        function = tool.function
        if function.name in built_in_names:
            continue
        if function.strict or function.description is None or not is_name(function.name):
            return False
        parameters = function.parameters
        if parameters and not (
            parameters.get("type", "object") == "object" and is_nested_within(parameters, choices.MAX_SCHEMA_NESTING)
        ):
            return False
    return True


def _is_usual_format(asked: WireFormat) -> bool:
    """Formats that carry a schema are looked at by the ordered checks."""
    return asked.type != "json_schema"
