"""The Model Context Protocol over the desk's tools, its handbook and its answers: at `/mcp`, and over standard input.

Nothing here is imported before somebody asks: the SDK alone would double the server's start. `ports.py`, `guard.py` and
`route.py` are light; whatever else is here imports it."""

__all__: list[str] = []
