"""What libraries are told before they are loaded. Whoever has set one of these in the environment is heeded."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Final

__all__ = ["tell_libraries"]

_TOLD: Final[Mapping[str, str]] = {
    # numpy's product is asked for single rows alone. Its threads would spin from the moment it is imported, which
    # costs as much of the processor as the import itself.
    "OPENBLAS_NUM_THREADS": "1",
    # Looking for plugins reads the metadata of every package that is installed; none is wanted.
    "PYDANTIC_DISABLE_PLUGINS": "__all__",
}


def tell_libraries() -> None:
    """Processes that this one starts are told the same."""
    for name, value in _TOLD.items():
        os.environ.setdefault(name, value)
