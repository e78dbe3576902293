"""Which asset a name means: the directory, its rivals and renamings, and mentions in prose."""

__all__: list[str] = []
