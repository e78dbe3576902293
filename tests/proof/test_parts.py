"""The short form of every part of the proof: each fault done to a real server, and the books read after it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from bench.proof.running import ORDER, load_parts, run_part

PARTS = load_parts()
# tests/system/test_kills.py is its short form.
ELSEWHERE = {"kill"}


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the proof is for Linux")
@pytest.mark.timeout(200)  # more than a part gives itself
@pytest.mark.parametrize("name", [name for name in PARTS if name not in ELSEWHERE])
def test_nothing_is_lost_hangs_or_breaks(name: str, tmp_path: Path) -> None:
    part = PARTS[name]
    said: list[str] = []
    proved = run_part(name, part, part.short, 7, said.append, tmp_path)
    if proved.outcome.skipped:
        pytest.skip(proved.outcome.skipped)
    assert list(proved.outcome.faults) == [], said
    assert [figure for figure in proved.outcome.figures if figure.is_met is False] == []
    assert proved.outcome.figures


def test_every_part_has_its_place_in_the_order() -> None:
    assert tuple(PARTS) == ORDER


def test_the_short_form_is_less_than_the_long_one() -> None:
    for part in PARTS.values():
        assert part.short.count <= part.long.count
        assert part.short.limit_seconds < part.long.limit_seconds
