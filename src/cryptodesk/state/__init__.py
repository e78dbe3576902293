"""API keys and stored turns."""

__all__: list[str] = []
