"""Each requirement has a test and each marked test a requirement."""

from __future__ import annotations

import importlib
import pkgutil

import tests.dialects.cmc as package
from tests.dialects.cmc.requirements import REQUIREMENTS


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


def test_all_points_of_the_checklist_are_named() -> None:
    named = " ".join(row.source + ";" for row in REQUIREMENTS.values())
    missing = [number for number in range(1, 25) if f"10.{number};" not in named and f"10.{number} " not in named]
    assert missing == []
