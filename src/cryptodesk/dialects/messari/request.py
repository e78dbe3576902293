"""From a body to a run request: every field checked by hand, so that each fault names its field."""

from __future__ import annotations

from typing import Any, Final, Literal, cast

from msgspec import Struct

from cryptodesk.core.requests import Caller, RunRequest
from cryptodesk.core.research import MAX_RELATED_QUESTIONS, ResearchOptions, Verbosity
from cryptodesk.dialects._extra import RESEARCH_INCLUDES, ResearchExtra, capped_limits, check_extra_as, read_extra
from cryptodesk.dialects._ports import DialectPorts
from cryptodesk.dialects.messari import choices
from cryptodesk.dialects.messari.errors import clipped, invalid
from cryptodesk.dialects.messari.messages import read_messages
from cryptodesk.dialects.messari.values import expect, read_object

__all__ = ["Asked", "Name", "parse_request"]

Name = Literal["messari_v1", "messari_v2", "messari_openai", "messari_vercel"]

# The spelling of the SDK's documentation.
_ALIASES: Final = {
    "response_format": "responseFormat",
    "inline_citations": "inlineCitations",
    "generate_related_questions": "generateRelatedQuestions",
    "allow_clarification_query": "allowClarificationQuery",
    "stream_format": "streamFormat",
}


class Asked(Struct, frozen=True):
    """The run, and what the edge alone needs to know."""

    run: RunRequest
    is_vercel: bool
    is_early: bool
    notice: str


def parse_request(
    body: bytes,
    caller: Caller,
    trace_id: str,
    ports: DialectPorts,
    name: Name,
    headers: tuple[bytes, bytes],
    max_cost: bytes = b"",
) -> Asked:
    """`headers` are `Cryptodesk-Include` and `Cryptodesk-Early-Headers`, `max_cost` is `Cryptodesk-Max-Cost-Usd`.

    Raises: InvalidRequest."""
    document = read_object(body)
    messages, notice = read_messages(document)
    research = _options(document, name, ports)
    stream, is_vercel = _way_out(document, name)
    include, early = headers
    wire = check_extra_as(ResearchExtra, document.get("cryptodesk"))
    extra = read_extra(include, wire, ports.clock.now(), RESEARCH_INCLUDES, max_cost)
    run = RunRequest(
        caller=caller,
        dialect=name,
        trace_id=trace_id,
        model_id=ports.research_model,
        messages=messages,
        built_in_tools=tuple(sorted(ports.built_in_tools)),
        stream=stream,
        after_tools="answer",
        as_of=extra.as_of,
        include=extra.include,
        limits=capped_limits(ports.limits, extra),
        research=research,
    )
    is_early = early.strip().lower() in (b"1", b"true") or bool(wire is not None and wire.early_headers)
    return Asked(run, is_vercel, is_early and not stream, notice)


def _options(document: dict[str, Any], name: Name, ports: DialectPorts) -> ResearchOptions:
    inline = _member(document, "inline_citations", bool)
    related = choices.RELATED_BY_DEFAULT.get(name, ports.settings.default_related_questions)
    clarifies = _member(document, "allow_clarification_query", bool)
    return ResearchOptions(
        verbosity=_verbosity(document),
        is_plain=_is_plain(document),
        cites_inline=choices.INLINE_BY_DEFAULT[name] if inline is None else inline,
        related_questions=_related(document, related),
        may_clarify=True if clarifies is None else clarifies,
    )


def _spelling(document: dict[str, Any], name: str) -> str:
    """The name that the request uses; the documented one goes first."""
    alias = _ALIASES.get(name, name)
    return alias if document.get(name) is None and document.get(alias) is not None else name


def _member(document: dict[str, Any], name: str, kind: type) -> Any:
    return expect(document, _spelling(document, name), kind)


def _verbosity(document: dict[str, Any]) -> Verbosity:
    value = expect(document, "verbosity", str)
    if value is None:
        return choices.DEFAULT_VERBOSITY
    if value in choices.VERBOSITIES:
        return cast(Verbosity, value)
    if value not in choices.LEGACY_VERBOSITY:
        known = ", ".join(choices.VERBOSITIES)
        raise invalid("verbosity", f"must be one of {known}, not {clipped(value)!r}")
    return choices.LEGACY_VERBOSITY[value]


def _is_plain(document: dict[str, Any]) -> bool:
    name = _spelling(document, "response_format")
    value = document.get(name)
    if isinstance(value, dict):
        return _is_plain_object(value, name)
    value = expect(document, name, str)
    formats = {**choices.FORMATS, **choices.LEGACY_FORMATS}
    if value is None:
        return False
    if value not in formats:
        known = ", ".join(choices.FORMATS)
        raise invalid(name, f"must be one of {known}, not {clipped(value)!r}")
    return formats[value]


def _is_plain_object(value: dict[str, Any], name: str) -> bool:
    kind = expect(value, "type", str, name)
    if kind not in choices.FORMAT_OBJECTS:
        known = ", ".join(choices.FORMATS)
        shown = "nothing" if kind is None else repr(clipped(kind))
        raise invalid(f"{name}.type", f"cannot be {shown}: answers are text; send one of {known} as a string")
    return False


def _related(document: dict[str, Any], default: int) -> int:
    name = _spelling(document, "generate_related_questions")
    value = expect(document, name, int)
    if value is None:
        return default
    if not 0 <= value <= MAX_RELATED_QUESTIONS:
        raise invalid(name, f"must be between 0 and {MAX_RELATED_QUESTIONS}, not {clipped(repr(value))}")
    return cast(int, value)


def _way_out(document: dict[str, Any], name: Name) -> tuple[bool, bool]:
    """Whether the answer is streamed, and whether as a data stream."""
    stream = expect(document, "stream", bool)
    if name == "messari_vercel":
        return True, True
    if name != "messari_openai":
        return bool(stream), False
    spelling = _spelling(document, "stream_format")
    value = expect(document, spelling, str)
    if value not in (None, "openai", "vercel"):
        raise invalid(spelling, f"must be one of openai, vercel, not {clipped(value)!r}")
    return bool(stream), bool(stream) and value == "vercel"
