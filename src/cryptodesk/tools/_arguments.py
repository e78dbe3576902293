"""From the JSON text a model wrote to checked arguments, mending what can only mean one thing."""

from __future__ import annotations

import re
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from cryptodesk.core.errors import ToolArgumentError
from cryptodesk.tools._tool import invalid_arguments

__all__ = ["MAX_ARGUMENT_BYTES", "parse_arguments"]

MAX_ARGUMENT_BYTES = 32_768
_MAX_DEPTH = 8

Model = TypeVar("Model", bound=Struct)

_FIELD = re.compile(r"^Object (?:contains unknown|missing required) field `(?P<field>.*?)`", re.DOTALL)
_AT = re.compile(r"^(?P<why>.*?)(?: - at `\$(?P<path>.*)`)?$", re.DOTALL)


def parse_arguments(text: str, model: type[Model], schema: dict[str, Any]) -> Model:
    """The arguments as `model`; `schema` is the model's own. An empty text counts as `{}`.

    Numeric strings become numbers, null counts as absent, enum values and patterns forgive letter case.
    Raises: ToolArgumentError `invalid arguments: <path>: <why>`, where the path of the whole is `$`."""
    decoded = _decode(text)
    _check_depth(decoded, _MAX_DEPTH)
    try:
        return msgspec.convert(_mend(decoded, schema), model, strict=False)
    except msgspec.ValidationError as error:
        raise _explained(str(error), schema) from None
    except (ValueError, OverflowError) as error:
        raise invalid_arguments("$", str(error)) from None


def _decode(text: str) -> Any:
    if len(text) > MAX_ARGUMENT_BYTES:
        raise invalid_arguments("$", f"longer than {MAX_ARGUMENT_BYTES} characters")
    try:
        return msgspec.json.decode(text) if text.strip() else {}
    except RecursionError:
        raise invalid_arguments("$", "nested too deeply") from None
    except (msgspec.MsgspecError, ValueError):
        raise invalid_arguments("$", "not valid JSON") from None


def _check_depth(value: Any, left: int) -> None:
    if left == 0:
        raise invalid_arguments("$", "nested too deeply")
    for child in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        _check_depth(child, left - 1)


def _mend(value: Any, schema: dict[str, Any]) -> Any:
    if isinstance(value, dict) and "properties" in schema:
        properties, required = schema["properties"], schema.get("required", ())
        return {
            name: _mend(child, properties.get(name, {}))
            for name, child in value.items()
            if child is not None or name in required or name not in properties
        }
    if isinstance(value, list) and "items" in schema:
        return [_mend(item, schema["items"]) for item in value]
    return _mend_case(value, schema) if isinstance(value, str) else value


def _mend_case(value: str, schema: dict[str, Any]) -> str:
    if "enum" in schema:
        return next((known for known in schema["enum"] if known.lower() == value.strip().lower()), value)
    if "pattern" in schema and re.search(schema["pattern"], value.strip().upper()):
        return value.strip().upper()
    return value


def _explained(message: str, schema: dict[str, Any]) -> ToolArgumentError:
    parts = _AT.match(message)
    why, path = (parts["why"], parts["path"] or "") if parts else (message, "")
    if field := _FIELD.match(message):
        path = f"{path}.{field['field']}"
        why = "is required" if "missing required" in message else "is not a known field"
        if why != "is required":
            why += f"; known are {', '.join(_node(schema, path.rpartition('.')[0]).get('properties', ()))}"
    elif allowed := _node(schema, path).get("enum"):
        why = f"{why}, expected one of {', '.join(allowed)}"
    return invalid_arguments(path.lstrip(".") or "$", why.replace("`", ""))


def _node(schema: dict[str, Any], path: str) -> dict[str, Any]:
    """The part of the schema that `path` (like `.history.count` or `.metrics[0]`) points to; {} if there is none."""
    node: dict[str, Any] = schema
    for name, _index in re.findall(r"\.([^.\[\]]+)|\[(\d+|\.\.\.)\]", path):
        node = node.get("properties", {}).get(name, {}) if name else node.get("items", {})
    return node
