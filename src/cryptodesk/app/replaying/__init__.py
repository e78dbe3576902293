"""Runs a recorded run again from what its ports gave, and compares the bytes."""

__all__: list[str] = []
