"""A tool call that the analyst wants made."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct

__all__ = ["Call"]


class Call(Struct, frozen=True):
    tool: str
    arguments: dict[str, Any]

    @property
    def key(self) -> tuple[str, str]:
        return self.tool, msgspec.json.encode(self.arguments, order="deterministic").decode()
