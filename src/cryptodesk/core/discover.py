"""Finds what a package declares: one constant of a given name in each public module. No list is kept by hand."""

from __future__ import annotations

import importlib
import pkgutil
from types import ModuleType
from typing import Any

__all__ = ["discover"]


def discover(package: ModuleType, constant: str) -> dict[str, Any]:
    """Module name -> the value of `constant`, sorted by name; modules whose name begins with `_` are private.

    Raises: AttributeError if a public module lacks the constant, so that a forgotten one is found at once."""
    found: dict[str, Any] = {}
    for module in pkgutil.iter_modules(package.__path__):
        if not module.name.startswith("_"):
            loaded = importlib.import_module(f"{package.__name__}.{module.name}")
            found[module.name] = getattr(loaded, constant)
    return dict(sorted(found.items()))
