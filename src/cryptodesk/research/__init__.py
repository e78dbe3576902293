"""The research desk: a graph of steps that plans, gathers, reconciles, draws, writes, verifies and asks on."""

from __future__ import annotations

__all__: list[str] = []
