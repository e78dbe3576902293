"""The analyst's patterns are compiled when a question needs them, so here each of them is."""

from __future__ import annotations

import gc
import importlib
import pkgutil

import cryptodesk.models.analyst as package
from cryptodesk.core.patterns import Pattern

_FEWEST = 500


def test_every_pattern_can_be_compiled() -> None:
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        importlib.import_module(module.name)

    # A server started by another test of this process has set all that was there aside.
    gc.unfreeze()
    patterns = [found for found in gc.get_objects() if type(found) is Pattern]

    assert len(patterns) >= _FEWEST
    for pattern in patterns:
        assert pattern.compiled.pattern == pattern.pattern
