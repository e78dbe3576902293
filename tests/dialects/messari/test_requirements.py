"""Each requirement has a test and each marked test a requirement."""

from __future__ import annotations

import importlib
import pkgutil

import tests.dialects.messari as package
from tests.dialects.messari.requirements import REQUIREMENTS


def _shown() -> dict[str, list[str]]:
    """Requirement id -> names of the tests that show it."""
    shown: dict[str, list[str]] = {}
    for info in pkgutil.iter_modules(package.__path__):
        if info.name.startswith("test_"):
            module = importlib.import_module(f"{package.__name__}.{info.name}")
            for name, test in vars(module).items():
                if name.startswith("test_"):
                    for requirement_id in getattr(test, "requirements", ()):
                        shown.setdefault(requirement_id, []).append(name)
    return shown


def test_each_requirement_that_is_not_deferred_has_a_test() -> None:
    due = {row.id for row in REQUIREMENTS.values() if not row.deferred}
    assert due - set(_shown()) == set()


def test_each_marked_test_names_a_requirement() -> None:
    assert set(_shown()) - set(REQUIREMENTS) == set()


def test_no_deferred_requirement_claims_a_test() -> None:
    assert {row.id for row in REQUIREMENTS.values() if row.deferred} & set(_shown()) == set()


def test_every_section_that_fixes_bytes_is_named() -> None:
    named = {row.source.split()[0].rstrip(",:") for row in REQUIREMENTS.values()}
    assert {"1", "1.1", "1.2", "1.3", "2.2", "2.3", "2.4", "3", "4"} <= named
