"""The C programs, built once for all tests here."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from bench.machine import Cores
from bench.native import build, start_mock


@pytest.fixture(scope="session")
def binaries(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not sys.platform.startswith("linux") or shutil.which("cc") is None:
        pytest.skip("the bench needs Linux and a C compiler")
    return build(tmp_path_factory.mktemp("bin"))


@pytest.fixture
def mock_port(binaries: Path, tmp_path: Path) -> Iterator[int]:
    mock, port = start_mock(binaries, Cores(None, None), tmp_path / "mock.log")
    yield port
    mock.stop()
