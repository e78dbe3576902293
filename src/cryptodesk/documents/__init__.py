"""Documents: what is written about assets and markets."""

__all__: list[str] = []
