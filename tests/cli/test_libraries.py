"""Libraries are told once, before they are loaded, and whoever has told them already is heeded."""

from __future__ import annotations

import os

import pytest

from cryptodesk.cli._libraries import tell_libraries

NAMES = ("OPENBLAS_NUM_THREADS", "PYDANTIC_DISABLE_PLUGINS")


@pytest.fixture(autouse=True)
def untold(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        # Set first, so that what is told here is taken back afterwards.
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)


def test_products_keep_to_one_core_and_no_plugin_is_looked_for() -> None:
    tell_libraries()
    assert [os.environ[name] for name in NAMES] == ["1", "__all__"]


def test_what_the_environment_says_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "4")
    tell_libraries()
    assert os.environ["OPENBLAS_NUM_THREADS"] == "4"
