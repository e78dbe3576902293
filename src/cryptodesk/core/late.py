"""A module imported when something of it is first used: what many files name and few runs need.

For whole libraries that take long to import. A checker of types is shown the import itself:

    if TYPE_CHECKING:
        import aiohttp
    else:
        aiohttp = LateModule("aiohttp")
"""

from __future__ import annotations

import importlib
import sys
from typing import Any

__all__ = ["LateModule", "is_loaded"]


def is_loaded(name: str) -> bool:
    """Whether the module was imported in this process, by whomever."""
    return name in sys.modules


class LateModule:
    """Stands for the module `name`. Raises (at first use): what importing it raises; AttributeError as it would."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __repr__(self) -> str:
        return f"LateModule({self._name!r})"

    def __getattr__(self, attribute: str) -> Any:
        if attribute.startswith("__"):
            raise AttributeError(attribute)  # whoever looks a module over, as `inspect` does, has not used it
        found = vars(self)[attribute] = getattr(importlib.import_module(self._name), attribute)
        return found
