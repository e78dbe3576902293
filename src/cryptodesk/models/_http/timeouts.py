"""How long a server may take, step by step."""

from __future__ import annotations

from msgspec import Struct

__all__ = ["Timeouts"]


class Timeouts(Struct, frozen=True, forbid_unknown_fields=True):
    """In seconds. `first_byte` counts from the sent request, `between_reads` between the pieces of a stream."""

    connect: float = 10.0
    first_byte: float = 120.0
    between_reads: float = 60.0
