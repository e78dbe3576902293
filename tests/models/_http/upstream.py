"""A real HTTP server on loopback whose every byte a test decides: the one that drills are played with."""

from __future__ import annotations

from cryptodesk.drills.loopback import Exchange, Reply, Upstream, sse_head

__all__ = ["Exchange", "Reply", "Upstream", "sse_head"]
