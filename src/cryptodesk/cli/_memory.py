"""How often a short-lived process looks for garbage."""

from __future__ import annotations

import gc

__all__ = ["collect_rarely"]

# Importing the desk makes some hundred thousand objects that all stay; looking through them again and again took a
# tenth of a short answer's time.
_NEW_OBJECTS = 200_000


def collect_rarely() -> None:
    gc.set_threshold(_NEW_OBJECTS, 20, 20)
