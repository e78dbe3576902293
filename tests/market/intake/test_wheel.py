"""Only one member is taken out of a wheel, and only if it is whole and of a plausible size."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import pytest
from backports import zstd

from cryptodesk.core.errors import UpstreamBadAnswer
from cryptodesk.market.intake.wheel import read_member
from tests.market.intake.support import MEMBER, bundle_of, make_wheel

CONTENT = b'[{"a": 1}]' * 5000


def read(wheel: Path, **limits: Any) -> bytes:
    return read_member(wheel, bundle_of(wheel, **limits), lambda *_: None)


def test_the_member_is_unpacked(tmp_path: Path) -> None:
    assert read(make_wheel(tmp_path / "w.whl", CONTENT)) == CONTENT


def test_a_bomb_is_refused_before_it_fills_the_memory(tmp_path: Path) -> None:
    wheel = make_wheel(tmp_path / "w.whl", b"\0" * 20_000_000)
    assert wheel.stat().st_size < 50_000
    with pytest.raises(UpstreamBadAnswer, match="unpacks to more than 1,000,000 bytes"):
        read(wheel, largest_content_bytes=1_000_000)


def test_a_member_that_is_large_itself_is_refused_unread(tmp_path: Path) -> None:
    with pytest.raises(UpstreamBadAnswer, match="holds a member of"):
        read(make_wheel(tmp_path / "w.whl", CONTENT), largest_member_bytes=10)


@pytest.mark.parametrize(
    ("packed", "said"),
    [
        (zstd.compress(CONTENT)[:-20], "cut short"),
        (b"", "cut short"),
        (b"no zstd at all", "cannot be unpacked"),
    ],
)
def test_a_damaged_member_is_refused(tmp_path: Path, packed: bytes, said: str) -> None:
    with pytest.raises(UpstreamBadAnswer, match=said):
        read(make_wheel(tmp_path / "w.whl", b"", packed=packed))


def test_a_flipped_byte_is_refused(tmp_path: Path) -> None:
    wheel = make_wheel(tmp_path / "w.whl", bytes(range(256)) * 400)
    content = bytearray(wheel.read_bytes())
    at = content.index(MEMBER.encode()) + len(MEMBER) + 60
    content[at] ^= 0xFF
    wheel.write_bytes(content)
    with pytest.raises(UpstreamBadAnswer, match=r"cannot be unpacked|cut short"):
        read(wheel)


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x03\x04" + b"\0" * 50])
def test_what_is_no_wheel_is_refused(tmp_path: Path, content: bytes) -> None:
    wheel = tmp_path / "w.whl"
    wheel.write_bytes(content)
    with pytest.raises(UpstreamBadAnswer, match="cannot be unpacked"):
        read(wheel)


def test_a_wheel_without_the_member_or_with_two_of_it_is_refused(tmp_path: Path) -> None:
    wheel = tmp_path / "w.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("../" + MEMBER, b"x")
    with pytest.raises(UpstreamBadAnswer, match="has no members"):
        read(wheel)
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr(MEMBER, b"x")
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr(MEMBER, b"y")
    with pytest.raises(UpstreamBadAnswer, match="has several members"):
        read(wheel)
