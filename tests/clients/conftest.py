"""Running desks that the tests of the Messari clients share: one of each kind in a test process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager

import pytest

from tests.clients.server import RunningServer, running_server

__all__ = ["cut_desk", "endless_desk", "messari_desk"]


@pytest.fixture(scope="session")
def messari_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """As it comes: no model, no key of any vendor."""
    with running_server(tmp_path_factory.mktemp("messari")) as server:
        yield server


@pytest.fixture(scope="session")
def cut_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """Its model breaks off in the second sentence of an answer."""
    with _scripted(tmp_path_factory, "research_cut") as server:
        yield server


@pytest.fixture(scope="session")
def endless_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """Its model never comes to an end."""
    with _scripted(tmp_path_factory, "never_ends") as server:
        yield server


def _scripted(factory: pytest.TempPathFactory, script: str) -> AbstractContextManager[RunningServer]:
    models = {"CRYPTODESK_SCRIPTED_MODELS": "true", "CRYPTODESK_RESEARCH_MODEL": f"scripted-{script}"}
    return running_server(factory.mktemp(script), **models)
