"""The worked examples of docs/extending: each file is put where its first line says, and its test runs there."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted((ROOT / "docs" / "extending").glob("*.md"))
_BLOCK = re.compile(r"```py\n# (?P<path>(?:src|tests)/\S+\.py)\n(?P<code>.*?)```", re.DOTALL)
_LEFT_OUT = ("node_modules", "__pycache__", "static", "screenshots")

# What every tool, dialect or source must pass besides, and how the new one is picked out there.
CONTRACTS = {"tool": ["tests/contracts/test_tools.py", "-k", "drawdown"]}

pytestmark = pytest.mark.xdist_group("extending")


def files_of(page: Path) -> dict[str, str]:
    return {found["path"]: found["code"] for found in _BLOCK.finditer(page.read_text("utf-8"))}


def test_there_is_an_example_of_each_thing_that_can_be_added() -> None:
    kinds = {"dialect", "document-source", "market-source", "provider", "research-node", "tool"}
    assert {page.stem for page in PAGES} == kinds


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_an_example_is_one_file_and_one_test(page: Path) -> None:
    source, test = files_of(page)
    assert source.startswith("src/cryptodesk/")
    mirrored = Path("tests", *Path(source).parts[2:-1], f"test_{Path(source).name}")
    assert Path(test) == mirrored
    assert not (ROOT / source).exists()


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project, to be added to: its files are links."""
    folder = tmp_path_factory.mktemp("extended")
    for name in ("src", "tests"):
        ignored = shutil.ignore_patterns(*_LEFT_OUT)
        shutil.copytree(ROOT / name, folder / name, copy_function=os.symlink, ignore=ignored, symlinks=True)
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def run(command: list[str], folder: Path) -> str:
    env = {**os.environ, "PYTHONPATH": os.pathsep.join((str(folder / "src"), str(folder)))}
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def written(page: Path, copy: Path) -> Iterator[list[str]]:
    """The paths of an example's two files, which are there as long as a test runs."""
    files = files_of(page)
    for path, code in files.items():
        (copy / path).write_text(code, "utf-8")
    yield list(files)
    for path in files:
        (copy / path).unlink()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_example_runs_where_it_belongs(page: Path, written: list[str], copy: Path) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    for chosen in filter(None, (written[1:], CONTRACTS.get(page.stem))):
        assert " passed" in run([*command, *chosen], copy)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_example_is_in_the_house_style(page: Path, written: list[str], copy: Path) -> None:
    for command in (["check"], ["format", "--check", "--diff"]):
        run([sys.executable, "-m", "ruff", *command, "--no-cache", *written], copy)
