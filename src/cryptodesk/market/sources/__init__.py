"""Upstream market data, one file a source."""

__all__: list[str] = []
