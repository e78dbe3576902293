"""Wire formats, one file each."""

__all__: list[str] = []
