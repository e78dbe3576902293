"""Instructions of an answer: what the dumps of valgrind say, by thread; and a real count where valgrind is there."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from bench.instructions import Instructions, count, main, read_threads, table
from bench.machine import Cores
from bench.native import BenchError
from bench.targets import MODES, YARDSTICK


def dump(folder: Path, name: str, total: int) -> None:
    (folder / name).write_text(f"version: 1\nfn=(1) main\n1 {total}\nsummary: 0\ntotals: {total}\n")


def test_a_threads_count_is_the_most_that_a_dump_of_it_says(tmp_path: Path) -> None:
    dump(tmp_path, "calls.1-01", 500)
    dump(tmp_path, "calls-01", 0)
    dump(tmp_path, "calls.1-03", 70)
    dump(tmp_path, "calls", 9_999)  # names no thread
    assert read_threads(tmp_path) == {1: 500, 3: 70}


def test_no_dumps_are_an_error_and_not_a_count_of_nothing(tmp_path: Path) -> None:
    with pytest.raises(BenchError, match="no counts"):
        read_threads(tmp_path)


def test_the_table_divides_by_its_first_line() -> None:
    told = table([Instructions("yardstick", 500.0, 0.0), Instructions("cryptodesk", 1_200.0, 300.0)])
    assert told.splitlines()[2:] == [
        "| yardstick | 500 | 0 | 500 (1.00x) |",
        "| cryptodesk | 1,200 | 300 | 1,500 (3.00x) |",
    ]


@pytest.mark.parametrize(
    ("arguments", "words"), [(["nonsense"], "the mode is one of buffered"), (["dense"], "needs valgrind")]
)
def test_what_cannot_be_counted_is_said(
    arguments: list[str], words: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["bench.instructions", *arguments])
    monkeypatch.setattr(shutil, "which", lambda _: None)
    assert main() == 2
    assert words in capsys.readouterr().err


@pytest.mark.skipif(shutil.which("valgrind") is None, reason="valgrind is not installed")
def test_two_counts_of_the_yardstick_agree(
    mock_port: int, binaries: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, seconds in {"SETTLE_SECONDS": 0.5, "WARM_SECONDS": 1.0, "SECONDS": 3.0}.items():
        monkeypatch.setattr(f"bench.instructions.{name}", seconds)
    upstream = f"http://127.0.0.1:{mock_port}/v1"
    once, again = (
        count(YARDSTICK, MODES["buffered"], upstream, Cores(None, None), binaries, tmp_path) for _ in range(2)
    )
    assert once.target == "yardstick"
    # A Python server that parses, asks and answers takes hundreds of thousands and not millions.
    assert 100 < once.total < 5_000
    assert once.total == pytest.approx(again.total, rel=0.2)  # the machine may be busy with other tests
