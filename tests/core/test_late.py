"""A late module is imported when something of it is used, and then is what it stands for."""

from __future__ import annotations

import inspect
import sys

import pytest

from cryptodesk.core.late import LateModule, is_loaded

RARE = "this_and_that"


@pytest.fixture
def rare(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> LateModule:
    folder = tmp_path_factory.mktemp("modules")
    (folder / f"{RARE}.py").write_text("ANSWER = 42\nclass Oops(ValueError): ...\n")
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.delitem(sys.modules, RARE, raising=False)
    return LateModule(RARE)


def test_nothing_is_imported_before_the_first_use(rare: LateModule) -> None:
    assert not is_loaded(RARE)
    assert repr(rare) == f"LateModule({RARE!r})"
    assert inspect.unwrap(rare) is rare  # type: ignore[arg-type]
    assert not is_loaded(RARE)

    assert rare.ANSWER == 42
    assert is_loaded(RARE)
    del sys.modules[RARE]


def test_what_it_gives_is_what_the_module_has(rare: LateModule) -> None:
    assert rare.Oops is rare.Oops is sys.modules[RARE].Oops
    with pytest.raises(rare.Oops):
        raise rare.Oops
    with pytest.raises(AttributeError):
        _ = rare.nothing_of_it
    del sys.modules[RARE]


def test_a_module_that_is_not_there_is_told_when_it_is_used() -> None:
    absent = LateModule("cryptodesk_nowhere")

    with pytest.raises(ModuleNotFoundError):
        _ = absent.anything
