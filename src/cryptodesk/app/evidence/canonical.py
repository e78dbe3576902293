"""The one way in which evidence is written and hashed, so that its hashes can be computed anywhere.

A part is hashed as JSON without white space, keys sorted, every character beyond ASCII escaped. Amounts of money are
strings. Source: docs/evidence.md."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import msgspec

__all__ = ["PARTS", "SCHEMA", "body_bytes", "hash_of", "named_body", "plain", "root_of", "sealed"]

SCHEMA = "cryptodesk.evidence/1"
PARTS = (
    "run",
    "question",
    "model_calls",
    "tool_calls",
    "clock",
    "prices",
    "money",
    "answer",
    "verification",
    "replay",
    "ledger",
)


def plain(value: Any) -> Any:
    """As JSON knows it: amounts and moments as strings, bytes as text or base64."""
    return msgspec.to_builtins(value, str_keys=True)


def hash_of(part: Any) -> str:
    return sha256(json.dumps(part, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()).hexdigest()


def root_of(hashes: Mapping[str, str]) -> str:
    """Of the hashes of all parts."""
    return hash_of({"schema": SCHEMA, "hashes": dict(hashes)})


def sealed(parts: Mapping[str, Any]) -> dict[str, Any]:
    """The whole evidence of these parts."""
    hashes = {name: hash_of(part) for name, part in parts.items()}
    return {"schema": SCHEMA, "root": root_of(hashes), "hashes": hashes, "parts": dict(parts)}


def named_body(body: bytes) -> dict[str, Any]:
    """A body with its size and hash; as text where it is UTF-8, else as base64."""
    known = {"size": len(body), "sha256": sha256(body).hexdigest()}
    try:
        return {"body": body.decode("utf-8"), **known}
    except UnicodeDecodeError:
        return {"body_base64": base64.b64encode(body).decode("ascii"), **known}


def body_bytes(part: Mapping[str, Any]) -> bytes | None:
    """None where it was left out. Raises: ValueError for base64 that is none."""
    if "body" in part:
        return str(part["body"]).encode("utf-8")
    return base64.b64decode(part["body_base64"], validate=True) if "body_base64" in part else None
