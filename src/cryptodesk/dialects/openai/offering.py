"""Which tools a run may use: the caller's own and built-ins, as far as `tool_choice` leaves them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import cast

from msgspec import Struct

from cryptodesk.core.errors import InvalidRequest
from cryptodesk.core.generation import ToolChoice
from cryptodesk.core.tools import ToolSpec
from cryptodesk.dialects._quoting import clipped
from cryptodesk.dialects.openai import choices
from cryptodesk.dialects.openai.checks import invalid_value
from cryptodesk.dialects.openai.errors import missing
from cryptodesk.dialects.openai.request import WireAllowed, WireChoice, WireFunction, WireTool

__all__ = ["Offer", "read_offer"]

_MODES = "'none', 'auto', and 'required'"
_KINDS = "'function' and 'allowed_tools'"


class Offer(Struct, frozen=True):
    built_in: tuple[str, ...] = ()
    client: tuple[ToolSpec, ...] = ()
    choice: ToolChoice | None = None


def read_offer(
    tools: Sequence[WireTool] | None,
    choice: str | WireChoice | None,
    unasked: tuple[str, ...],
    built_in_names: Collection[str],
) -> Offer:
    """`unasked` are the built-ins that are offered where the request names none. A tool named like a built-in is the
    built-in. A choice that constrains the model is about the tools that the request names, so it leaves no others.

    Raises: InvalidRequest."""
    if not tools and (choice is None or choice == "auto"):
        return Offer(unasked)
    functions = [tool.function for tool in tools or () if tool.function is not None]
    named = tuple(dict.fromkeys(each.name for each in functions if each.name in built_in_names))
    # Of two tools with one name the later holds.
    client = {each.name: _spec(each) for each in functions if each.name not in built_in_names}
    if choice is None or choice == "auto":
        return Offer(named or unasked, tuple(client.values()))
    if isinstance(choice, str):
        return _by_mode(choice, named, tuple(client.values()))
    kept, mode = _chosen(choice, {*named, *client})
    return Offer(
        tuple(name for name in named if name in kept),
        tuple(spec for name, spec in client.items() if name in kept),
        mode,
    )


def _by_mode(mode: str, named: tuple[str, ...], client: tuple[ToolSpec, ...]) -> Offer:
    if mode == "none":
        return Offer((), client, "none")
    if mode != "required":
        raise invalid_value(mode, "tool_choice", _MODES)
    if not named and not client:
        raise InvalidRequest(
            "Invalid value for 'tool_choice': 'required' is only allowed when 'tools' are specified.",
            param="tool_choice",
            reason="invalid_value",
        )
    return Offer(named, client, "required")


def _chosen(choice: WireChoice, known: Collection[str]) -> tuple[set[str], ToolChoice]:
    """The tools that may be used, and whether one must be."""
    if choice.type == "function":
        name = choice.function.name if choice.function is not None else None
        if name is None:
            raise missing("tool_choice.function.name")
        return {_known(name, known, "tool_choice.function.name")}, "required"
    if choice.type != "allowed_tools":
        raise invalid_value(choice.type, "tool_choice.type", _KINDS)
    if choice.allowed_tools is None:
        raise missing("tool_choice.allowed_tools")
    return _allowed(choice.allowed_tools, known)


def _allowed(allowed: WireAllowed, known: Collection[str]) -> tuple[set[str], ToolChoice]:
    if allowed.mode not in ("auto", "required"):
        raise invalid_value(allowed.mode, "tool_choice.allowed_tools.mode", "'auto' and 'required'")
    path = "tool_choice.allowed_tools.tools"
    if not allowed.tools:
        raise InvalidRequest(f"Invalid '{path}': empty array.", param=path, reason="empty_array")
    kept = set()
    for index, tool in enumerate(allowed.tools):
        if tool.function is None:
            raise missing(f"{path}[{index}].function")
        kept.add(_known(tool.function.name, known, f"{path}[{index}].function.name"))
    return kept, cast(ToolChoice, allowed.mode)


def _known(name: str, known: Collection[str], path: str) -> str:
    if name not in known:
        text = f"Tool choice '{clipped(name)}' not found in 'tools' parameter."
        raise InvalidRequest(text, param=path, reason="invalid_value")
    return name


def _spec(function: WireFunction) -> ToolSpec:
    parameters = function.parameters or dict(choices.ARGUMENTS_OF_NOTHING)
    return ToolSpec(function.name, function.description or "", parameters, strict=bool(function.strict))
