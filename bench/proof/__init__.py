"""`python -m bench.proof`: what can go wrong with a server is done to a real one, and then its books are read."""

__all__: list[str] = []
