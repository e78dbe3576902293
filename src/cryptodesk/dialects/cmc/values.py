"""Reads members of an untyped JSON object with the upstream's words for a wrong type."""

from __future__ import annotations

from typing import Any

from cryptodesk.core.errors import InvalidRequest
from cryptodesk.dialects.cmc.errors import missing

__all__ = ["Json", "expect", "invalid_value"]

Json = Any

_EXPECTED = {
    str: "a string",
    bool: "a boolean",
    int: "an integer",
    float: "a decimal",
    list: "an array",
    dict: "an object",
}


def expect(members: dict[str, Any], name: str, kind: type, path: str = "", *, required: bool = False) -> Json:
    """The member, None when it is absent or null. A whole number is a decimal too, and 15.0 is an integer: JSON has
    one kind of number.

    Raises: InvalidRequest on another type, or on nothing where something is required."""
    value = members.get(name)
    full_path = f"{path}.{name}" if path else name
    if value is None:
        if required:
            raise missing(full_path)
        return None
    if kind is int and type(value) is float and value.is_integer():
        return int(value)
    if type(value) is not kind and not (kind is float and type(value) is int):
        text = f"Invalid type for '{full_path}': expected {_EXPECTED[kind]}, but got {_EXPECTED[type(value)]} instead."
        raise InvalidRequest(text, param=full_path, reason="invalid_type")
    return value


def invalid_value(value: str, path: str, supported: str) -> InvalidRequest:
    text = f"Invalid value: '{value}'. Supported values are: {supported}."
    return InvalidRequest(text, param=path, reason="invalid_value")
