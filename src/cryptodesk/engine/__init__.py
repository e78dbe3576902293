"""The run: from messages to events."""

from cryptodesk.engine.run import Engine
from cryptodesk.engine.settlement import Settlement

__all__ = ["Engine", "Settlement"]
