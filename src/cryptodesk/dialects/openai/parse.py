"""From a body to a request: one typed reading, and words for whatever it does not like."""

from __future__ import annotations

import re
from typing import Final

import msgspec

from cryptodesk.core.errors import InvalidRequest
from cryptodesk.dialects._body import read_object
from cryptodesk.dialects._quoting import clipped
from cryptodesk.dialects.openai.errors import missing
from cryptodesk.dialects.openai.request import ChatRequest

__all__ = ["explain_fault", "read_chat"]

_decode = msgspec.json.Decoder(ChatRequest).decode

_AT: Final = re.compile(r" - at `(?:key in )?\$\.?(?P<path>[^`]*)`$")
_TYPES: Final = re.compile(r"^Expected `(?P<wanted>[^`]+)`(?: [<>=]+ \S+)?, got `(?P<got>[^`]+)`")
_QUOTED: Final = re.compile(r"`(?P<name>[^`]*)`")
_NAMES: Final = {
    "str": "a string",
    "bool": "a boolean",
    "int": "an integer",
    "float": "a number",
    "decimal": "a number",
    "array": "an array",
    "object": "an object",
    "null": "null",
}
_ROLES: Final = "'system', 'developer', 'user', 'assistant', and 'tool'"


def read_chat(body: bytes) -> ChatRequest:
    """Raises: InvalidRequest that names the parameter."""
    try:
        # Through `str`, because the typed decoder does not look at the bytes of fields it skips.
        return _decode(str(body, "utf-8"))
    except msgspec.ValidationError as error:
        read_object(body)
        raise explain_fault(error) from None
    except (ValueError, RecursionError):  # msgspec's and the codec's errors are ValueErrors
        read_object(body)
        raise InvalidRequest("The request body cannot be read.") from None


def explain_fault(error: msgspec.ValidationError) -> InvalidRequest:
    """The decoder's finding in OpenAI's manner: path, code, and what was expected."""
    text = str(error)
    found = _AT.search(text)
    path = found["path"] if found is not None else ""
    said = text[: found.start()] if found is not None else text
    if said.startswith("Object missing required field"):
        return missing(_joined(path, _name_in(said)))
    if said.startswith("Object contains unknown field"):
        full = clipped(_joined(path, _name_in(said)))
        return InvalidRequest(f"Unknown parameter: '{full}'.", param=full, reason="unknown_parameter")
    if said.startswith("Invalid enum value"):
        value = clipped(said.removeprefix("Invalid enum value ").strip("'"))
        text = f"Invalid value: '{value}'. Supported values are: {_ROLES}."
        return InvalidRequest(text, param=path, reason="invalid_value")
    return _wrong_type(said, path)


def _wrong_type(said: str, path: str) -> InvalidRequest:
    types = _TYPES.match(said)
    if types is None:
        return InvalidRequest(f"Invalid value for '{path}': {said}.", param=path or None, reason="invalid_value")
    wanted = " or ".join(_NAMES.get(name, name) for name in types["wanted"].split(" | ") if name != "null")
    got = _NAMES.get(types["got"], types["got"])
    text = f"Invalid type for '{path}': expected {wanted}, but got {got} instead."
    return InvalidRequest(text, param=path or None, reason="invalid_type")


def _name_in(said: str) -> str:
    found = _QUOTED.search(said)
    return found["name"] if found is not None else ""


def _joined(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
