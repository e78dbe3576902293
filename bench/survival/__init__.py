"""`python -m bench.survival`: servers on one data folder are killed with -9 under load, then the books are read."""

__all__: list[str] = []
