"""Built-in tools, one file each."""

__all__: list[str] = []
