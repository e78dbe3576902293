"""What an operator sees of a running desk. It wraps ports, and knows the core and the storage alone."""

from __future__ import annotations

__all__: list[str] = []
