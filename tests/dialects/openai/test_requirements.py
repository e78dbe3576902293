"""Each requirement has a test and each marked test a requirement."""

from __future__ import annotations

import importlib
import pkgutil

import tests.dialects.openai as package
from tests.dialects.openai.requirements import REQUIREMENTS


def _shown() -> dict[str, list[str]]:
    """Requirement id -> names of the tests that show it."""
    shown: dict[str, list[str]] = {}
    for info in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if info.name.rpartition(".")[2].startswith("test_"):
            module = importlib.import_module(info.name)
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
