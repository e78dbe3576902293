"""Ids of runs and traces."""

from __future__ import annotations

import os
from random import Random

__all__ = ["new_id"]

# Ids are names, not secrets: a stored turn is bound to its key. A generator seeded once from the system is as unique
# and spares each request two calls into the kernel (30 us each where this was measured).
_random = Random(os.urandom(32))
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=lambda: _random.seed(os.urandom(32)))


def new_id() -> str:
    """32 lower-case hex characters, 128 random bits: the form of an OpenTelemetry trace id."""
    return f"{_random.getrandbits(128):032x}"
