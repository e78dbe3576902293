"""Append-only money: entries, pricing, store."""

__all__: list[str] = []
