"""What a wire of the fault-playing provider is, and how its JSON becomes frames."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Protocol

from msgspec import Struct

from cryptodesk.drills.answers import Counted, Frame, Said

__all__ = ["Piece", "Wire", "as_json", "event"]


class Piece(Struct, frozen=True):
    """A part of an answer in the vendor's own words, what the vendor counts for it, and the characters to be read."""

    delta: dict[str, Any]
    counted: Counted = Counted()
    characters: int = 0


class Wire(Protocol):
    """One vendor's format. `kind` is the module of `models/` that reads it, `base_path` what its addresses begin with,
    `has_json_arguments` whether a call's arguments are JSON text that can be broken."""

    @property
    def kind(self) -> str: ...
    @property
    def base_path(self) -> str: ...
    @property
    def has_json_arguments(self) -> bool: ...

    def serves(self, path: str) -> bool:
        """Whether a request to `path` speaks this format."""
        ...

    def is_streamed(self, path: str, asked: dict[str, Any]) -> bool: ...

    def model_of(self, path: str, asked: dict[str, Any]) -> str:
        """The model that is asked for."""
        ...

    def frames(self, said: Said, model: str, *, has_usage: bool = True) -> list[Frame]:
        """The answer as it is streamed."""
        ...

    def body(self, said: Said, model: str, *, has_usage: bool = True) -> bytes:
        """The answer in one piece."""
        ...

    def error(self, status: int, message: str) -> bytes:
        """The body of a refusal."""
        ...


def as_json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def event(value: Any, *, name: str = "", line_end: bytes = b"\n") -> bytes:
    """One server-sent event, with its name where the vendor names them."""
    lines: Sequence[bytes] = (*((b"event: " + name.encode(),) if name else ()), b"data: " + as_json(value), b"", b"")
    return line_end.join(lines)
