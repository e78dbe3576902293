"""One server process against several on one PostgreSQL: `python -m bench.scaling`."""

__all__: list[str] = []
