"""Random mutations of valid requests: what is sent, what is done to it, how it is sent, and what may be answered."""

__all__: list[str] = []
