"""`cryptodesk chat` in its parts: what was said, what is typed, the slash commands, and the loop over them."""

from __future__ import annotations

__all__: list[str] = []
