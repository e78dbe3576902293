"""Market data: records, identity, store, sources."""

__all__: list[str] = []
