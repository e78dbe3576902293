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
    cell = dict.fromkeys(("call_id", "tool", "path", "asset", "field", "unit", "as_of"), _TEXT)
    cell["value"] = {"type": ["number", "string"]}
    figure = {
        "text": _TEXT,
        "start": _COUNT,
        "end": _COUNT,
        "verdict": {"enum": list(_VERDICTS)},
        "reason": _TEXT,
        "cells": {"type": "array", "items": _object(cell, ["call_id", "tool", "path"])},
        "expected": _TEXT,
        "action": {"enum": ["repaired", "left_out"]},
        "was": _TEXT,
    }
    verification = {
        "status": {"enum": ["verified", "unverified", "contradicted", "no_figures"]},
        "counts": _object(dict.fromkeys(_VERDICTS, _COUNT), list(_VERDICTS)),
        "figures": {"type": "array", "items": _object(figure, ["text", "start", "end", "verdict"])},
        "policy": {"enum": ["mark", "repair", "cut", "off"]},
        "repaired": _COUNT,
        "left_out": _COUNT,
    }
    found = {"anyOf": [_object(verification, ["status", "counts"]), {"type": "null"}]}
    return {"Extra": _object({"verification": found, "receipt": {"anyOf": [_receipt(), {"type": "null"}]}}, [])}


def _receipt() -> Schema:
    amount = {"type": ["string", "null"], "description": "Exact; null where the price is not known."}
    members = {
        "run_id": _TEXT,
        "total_usd": amount,
        "held_usd": amount,
        "price_versions": {"type": "array", "items": _TEXT},
        "is_estimated": {"type": "boolean"},
    }
    return _object(members, list(members))


def _object(properties: Schema, required: list[str]) -> Schema:
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}
