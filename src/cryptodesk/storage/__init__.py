"""Database drivers: one file or one server, behind the same batching writer."""

__all__: list[str] = []
