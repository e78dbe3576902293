"""Something that a check of the configuration found."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

__all__ = ["Finding"]


class Finding(Struct, frozen=True):
    """`about` is a setting, a variable or a file; `advice` what would mend it, where that is known."""

    level: Literal["error", "warning"]
    about: str
    problem: str
    advice: str = ""
