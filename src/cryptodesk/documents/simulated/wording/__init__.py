"""What people of the simulated world say, as patterns for `grammar`. Written for it; quoted from nowhere."""

__all__: list[str] = []
