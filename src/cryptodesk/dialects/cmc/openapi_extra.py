"""The schema of what we add to answers: the object `cryptodesk`, sent only to those who ask for it."""

from __future__ import annotations

from typing import Any

__all__ = ["extra_schemas"]

Schema = dict[str, Any]

_TEXT: Schema = {"type": "string"}
_COUNT: Schema = {"type": "integer", "minimum": 0}
_VERDICTS = ("bound", "derived", "quoted", "user", "unbound", "contradicted")


def extra_schemas() -> Schema:
    """Components by name."""
    cell = dict.fromkeys(("call_id", "tool", "path", "field", "value", "unit", "asset", "as_of"), _TEXT)
    figure = {
        "text": _TEXT,
        "start": _COUNT,
        "end": _COUNT,
        "verdict": {"enum": list(_VERDICTS)},
        "cells": {"type": "array", "items": _object(cell, ["call_id", "tool", "path", "field", "value"])},
        "reason": _TEXT,
    }
    verification = {
        "policy": {"enum": ["mark", "repair", "cut", "off"]},
        **dict.fromkeys((*_VERDICTS, "changed"), _COUNT),
        "figures": {"type": "array", "items": _object(figure, ["text", "start", "end", "verdict"])},
    }
    found = {"anyOf": [_object(verification, list(verification)), {"type": "null"}]}
    return {"Extra": _object({"verification": found}, [])}


def _object(properties: Schema, required: list[str]) -> Schema:
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}
