from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pytest

from cryptodesk.core.discover import discover


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A package of a plain module, a package, a private module and one that forgot its constant."""
    name = f"found_{tmp_path.name.replace('-', '_')}"
    root = tmp_path / name
    (root / "nested").mkdir(parents=True)
    (root / "__init__.py").write_text("")
    (root / "zebra.py").write_text("THING = 'z'")
    (root / "nested" / "__init__.py").write_text("THING = 'n'")
    (root / "_private.py").write_text("raise RuntimeError('never imported')")
    monkeypatch.syspath_prepend(str(tmp_path))
    return name


def test_every_public_module_and_package_is_found_by_name(package: str) -> None:
    assert discover(importlib.import_module(package), "THING") == {"nested": "n", "zebra": "z"}


def test_a_module_that_forgot_its_constant_is_found_at_once(package: str) -> None:
    loaded = importlib.import_module(package)
    (Path(loaded.__path__[0]) / "forgetful.py").write_text("")
    importlib.invalidate_caches()
    with pytest.raises(AttributeError, match="THING"):
        discover(loaded, "THING")
    sys.modules.pop(f"{package}.forgetful", None)
