"""Who answers `ask` and `chat`: the desk inside this process, or a server elsewhere. Both tell the same events."""

from __future__ import annotations

from cryptodesk.cli._asking.wish import Answerer, Wish

__all__ = ["Answerer", "Wish"]
