"""Reads members of an untyped JSON object; the path of a wrong one begins the message."""

from __future__ import annotations

from typing import Any, Final

from cryptodesk.core.errors import InvalidRequest
from cryptodesk.dialects import _body
from cryptodesk.dialects.messari.errors import clipped, invalid

__all__ = ["Json", "Shape", "check_shape", "expect", "read_object"]

Json = Any

# What members of an object may be: a type, a shape of its own, or a list of one shape.
Shape = dict[str, "type | Shape | list[Shape]"]

_EXPECTED: Final = {
    str: "a string",
    bool: "a boolean",
    int: "an integer",
    float: "a number",
    list: "an array",
    dict: "an object",
}


def read_object(body: bytes) -> dict[str, Any]:
    """The object that a body is. Raises: InvalidRequest, worded like the dialect's other ones: no sentence."""
    try:
        return _body.read_object(body)
    except InvalidRequest as error:
        said = error.message.removesuffix(".")
        raise InvalidRequest(said[:1].lower() + said[1:]) from None


def expect(members: dict[str, Any], name: str, kind: type, path: str = "") -> Json:
    """The member, None when it is absent or null. 2.0 is an integer: JSON has one kind of number; a boolean is none.

    Raises: InvalidRequest on another type."""
    value = members.get(name)
    if value is None or type(value) is kind:
        return value
    if kind is int and type(value) is float and value.is_integer():
        return int(value)
    if kind is float and type(value) is int:
        return value
    full_path = f"{path}.{name}" if path else name
    raise invalid(clipped(full_path), f"must be {_EXPECTED[kind]}, not {_EXPECTED[type(value)]}")


def check_shape(members: dict[str, Any], shape: Shape, path: str) -> None:
    """Looks at the types of members that are accepted and not used. Raises: InvalidRequest."""
    for name, kind in shape.items():
        if members.get(name) is None:
            continue
        if isinstance(kind, type):
            expect(members, name, kind, path)
        elif isinstance(kind, dict):
            check_shape(expect(members, name, dict, path), kind, f"{path}.{name}")
        else:
            _check_items(expect(members, name, list, path), kind[0], f"{path}.{name}")


def _check_items(items: list[Json], shape: Shape, path: str) -> None:
    for index, item in enumerate(items):
        if not isinstance(item, dict):
            raise invalid(f"{path}[{index}]", "must be an object")
        check_shape(item, shape, f"{path}[{index}]")
