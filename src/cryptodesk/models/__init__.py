"""Language model providers, one file each."""

__all__: list[str] = []
