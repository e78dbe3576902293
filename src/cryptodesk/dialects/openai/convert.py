"""From a checked request to the run that it asks for."""

from __future__ import annotations

from typing import cast

from msgspec import Struct

from cryptodesk.core.errors import InvalidRequest
from cryptodesk.core.generation import ReasoningEffort, ResponseFormat
from cryptodesk.core.messages import Message
from cryptodesk.core.requests import Caller, RunRequest
from cryptodesk.core.research import ResearchOptions, Verbosity
from cryptodesk.dialects._extra import Extra, capped_limits
from cryptodesk.dialects._ports import DialectPorts
from cryptodesk.dialects.openai import choices
from cryptodesk.dialects.openai.asking import WireAsk
from cryptodesk.dialects.openai.messages import read_messages
from cryptodesk.dialects.openai.offering import Offer, read_offer
from cryptodesk.dialects.openai.request import ChatRequest, WireFormat
from cryptodesk.dialects.openai.shaping import Shape

__all__ = ["Asked", "to_run"]

_NOTHING_ASKED = WireAsk()


class Asked(Struct, frozen=True):
    """The run, and what the edge alone needs to know. `tells_usage` asks for the usage of a stream."""

    run: RunRequest
    shape: Shape | None = None
    tells_usage: bool = False


def to_run(chat: ChatRequest, caller: Caller, trace_id: str, ports: DialectPorts, extra: Extra) -> Asked:
    """Raises: InvalidRequest."""
    asked = chat.cryptodesk or _NOTHING_ASKED
    messages = read_messages(chat.messages)
    offer = read_offer(chat.tools, chat.tool_choice, _unasked(asked, ports), ports.built_in_tools)
    research = _research(chat, asked, offer, messages, ports)
    run = RunRequest(
        caller=caller,
        dialect="openai",
        trace_id=trace_id,
        model_id=chat.model,
        messages=messages,
        built_in_tools=ports.built_in_order if research is not None else offer.built_in,
        client_tools=offer.client,
        tool_choice=offer.choice,
        response_format=read_format(chat.response_format),
        temperature=chat.temperature,
        max_output_tokens=chat.max_completion_tokens or chat.max_tokens,
        reasoning_effort=read_effort(chat.reasoning_effort),
        stream=bool(chat.stream),
        after_tools="answer",
        as_of=extra.as_of,
        include=extra.include,
        limits=capped_limits(ports.limits, extra),
        research=research,
    )
    options = chat.stream_options
    return Asked(run, _shape(chat), options is not None and bool(options.include_usage))


def _unasked(asked: WireAsk, ports: DialectPorts) -> tuple[str, ...]:
    if asked.tools is not None:
        return tuple(dict.fromkeys(asked.tools))
    return () if ports.settings.openai_tools == "off" else ports.built_in_order


def _shape(chat: ChatRequest) -> Shape | None:
    stops = () if not chat.stop else (chat.stop,) if isinstance(chat.stop, str) else tuple(chat.stop)
    is_single = chat.parallel_tool_calls is False
    return Shape(stops, is_single) if stops or is_single else None


def read_format(wire: WireFormat | None) -> ResponseFormat | None:
    if wire is None or wire.type == "text":
        return None
    if wire.type == "json_object" or wire.json_schema is None:
        return ResponseFormat("json_object")
    asked = wire.json_schema
    return ResponseFormat("json_schema", asked.name, asked.schema, bool(asked.strict))


def read_effort(effort: str | None) -> ReasoningEffort | None:
    return None if effort is None else cast(ReasoningEffort, choices.EFFORTS[effort])


# -- research ----------------------------------------------------------------------------------------------------------


def _research(
    chat: ChatRequest, asked: WireAsk, offer: Offer, messages: tuple[Message, ...], ports: DialectPorts
) -> ResearchOptions | None:
    """None where the engine answers by itself. Raises: InvalidRequest where research was asked for and cannot be."""
    by_setting = ports.settings.openai_tools == "research" and asked.tools is None
    if asked.research is False or not (asked.research or by_setting):
        return None
    hindrance = _hindrance(chat, offer, messages, ports)
    if hindrance is None:
        return _options(chat, asked, ports)
    if not asked.research:
        return None
    raise InvalidRequest(
        f"Invalid 'cryptodesk.research': {hindrance}.", param="cryptodesk.research", reason="invalid_value"
    )


def _hindrance(chat: ChatRequest, offer: Offer, messages: tuple[Message, ...], ports: DialectPorts) -> str | None:
    """Why the research graph cannot answer; None if it can."""
    if ports.research is None:
        return "this desk has no research graph"
    if chat.tools or offer.choice is not None:
        return "a researched answer takes no 'tools' and no 'tool_choice'"
    if chat.response_format is not None and chat.response_format.type != "text":
        return "a researched answer is text, so 'response_format' cannot be JSON"
    if messages[-1].role != "user":
        return "the last message must be the user's"
    return None


def _options(chat: ChatRequest, asked: WireAsk, ports: DialectPorts) -> ResearchOptions:
    related = asked.related_questions
    return ResearchOptions(
        verbosity=cast(Verbosity, choices.VERBOSITIES[chat.verbosity or "medium"]),
        cites_inline=asked.inline_citations is not False,
        related_questions=ports.settings.default_related_questions if related is None else related,
        may_clarify=asked.may_clarify is not False,
    )
