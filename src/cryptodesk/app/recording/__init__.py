"""Records runs while they go on: what their ports gave, what was asked and what was answered."""

__all__: list[str] = []
