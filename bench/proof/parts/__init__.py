"""One file a part; its name is the word by which `--parts` picks it."""

__all__: list[str] = []
