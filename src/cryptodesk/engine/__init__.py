"""The run: from messages to events."""

__all__: list[str] = []
