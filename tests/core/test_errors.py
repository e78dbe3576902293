from __future__ import annotations

import re

import pytest

from cryptodesk.core import errors
from cryptodesk.core.errors import CryptodeskError


def children(root: type[CryptodeskError]) -> list[type[CryptodeskError]]:
    """Those of the tree itself; a tool or a dialect may derive its own."""
    return [child for child in root.__subclasses__() if child.__module__ == errors.__name__]


def all_classes(root: type[CryptodeskError] = CryptodeskError) -> list[type[CryptodeskError]]:
    return [root, *(found for child in children(root) for found in all_classes(child))]


def drawn() -> dict[str, int | None]:
    """Class name -> the status the drawing in the module's docstring gives it."""
    lines = re.findall(r"^[ │├└─]*([A-Z]\w+)(?: +(\d{3}))?", errors.__doc__ or "", re.MULTILINE)
    return {name: int(status) if status else None for name, status in lines if hasattr(errors, name)}


def test_the_drawing_shows_every_class_and_its_true_status() -> None:
    picture = drawn()
    assert set(picture) == {cls.__name__ for cls in all_classes()}
    wrong = {
        name: status
        for name, status in picture.items()
        if status is not None and getattr(errors, name).status != status
    }
    assert wrong == {}


def test_every_class_is_exported() -> None:
    assert set(errors.__all__) == {cls.__name__ for cls in all_classes()}


def test_codes_tell_the_leaves_apart() -> None:
    leaves = [cls for cls in all_classes() if not children(cls)]
    codes = [cls.code for cls in leaves if cls is not errors.InvalidRequest]
    assert len(set(codes)) == len(codes)


@pytest.mark.parametrize("cls", all_classes(), ids=lambda cls: cls.__name__)
def test_every_class_fixes_its_code_status_level_and_retry(cls: type[CryptodeskError]) -> None:
    assert re.fullmatch(r"[a-z_]+", cls.code)
    assert 400 <= cls.status < 600
    assert cls.log_level > 0
    assert isinstance(cls.retryable, bool)


def test_we_limited_you_and_upstream_limited_us_are_different_codes() -> None:
    assert errors.RateLimited.code != errors.UpstreamRateLimited.code
