"""Lines, and the files they go to."""

from __future__ import annotations

import json
import logging
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cryptodesk.core.clock import FixedClock
from cryptodesk.observing.log_lines import JsonFormatter, LineSink, SinkHandler, TextFormatter, moment_text

CLOCK = FixedClock(datetime(2026, 1, 2, 3, 4, 5, 678_000, UTC))


def record(message: str, error: BaseException | None = None) -> logging.LogRecord:
    trace = (type(error), error, None) if error is not None else None
    return logging.LogRecord("cryptodesk.x", logging.WARNING, __file__, 1, message, None, trace)


def test_a_json_line_is_one_line_whatever_is_said() -> None:
    line = JsonFormatter(CLOCK).format(record('two\nlines "quoted" \x1b[31m', ValueError("bad")))
    assert "\n" not in line
    said = json.loads(line)
    assert said["at"] == "2026-01-02T03:04:05.678Z"
    assert (said["level"], said["logger"]) == ("warning", "cryptodesk.x")
    assert said["message"] == 'two\nlines "quoted" \x1b[31m'
    assert said["exception"] == "ValueError: bad"


@pytest.mark.parametrize(
    ("microsecond", "told"), [(0, "000"), (999, "000"), (1_000, "001"), (45_000, "045"), (999_999, "999")]
)
def test_a_moment_is_told_to_the_millisecond(microsecond: int, told: str) -> None:
    clock = FixedClock(datetime(2026, 1, 2, 3, 4, 5, microsecond, UTC))
    assert moment_text(clock) == f"2026-01-02T03:04:05.{told}Z"


def test_a_text_line_cannot_be_forged_or_colour_a_terminal() -> None:
    line = TextFormatter().format(record("model\nERROR root: forged\x1b[31m"))
    assert line == "WARNING cryptodesk.x: model ERROR root: forged [31m"


def test_a_long_message_is_cut() -> None:
    assert len(JsonFormatter(CLOCK).format(record("x" * 100_000))) < 9_000
    assert len(TextFormatter().format(record("x" * 100_000))) < 9_000


def test_a_file_is_appended_to_and_is_its_owners(tmp_path: Path) -> None:
    path = tmp_path / "desk.log"
    for _ in range(2):
        with closing(LineSink(path)) as sink:
            sink.write(b"line\n")
    assert path.read_bytes() == b"line\nline\n"
    assert path.stat().st_mode & 0o077 == 0


def test_a_file_that_was_moved_away_is_begun_anew(tmp_path: Path) -> None:
    path = tmp_path / "desk.log"
    with closing(LineSink(path)) as sink:
        sink.write(b"old\n")
        path.rename(tmp_path / "desk.log.1")
        sink.write(b"new\n")
    assert (path.read_bytes(), (tmp_path / "desk.log.1").read_bytes()) == (b"new\n", b"old\n")


def test_lines_that_cannot_be_written_are_counted_and_stop_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "logs"
    folder.mkdir()
    with closing(LineSink(folder / "desk.log")) as sink:
        (folder / "desk.log").unlink()
        folder.rmdir()
        sink.write(b"a\nb\n")
        sink.write(b"c\n")
        assert sink.lost == 3
        folder.mkdir()
        sink.write(b"back\n")
        assert (folder / "desk.log").exists() or sink.lost == 4


def test_a_file_that_cannot_be_opened_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="directory"):
        LineSink(tmp_path)


def test_a_handler_writes_through_the_sink(tmp_path: Path) -> None:
    with closing(LineSink(tmp_path / "log")) as sink:
        handler = SinkHandler(sink)
        handler.setFormatter(TextFormatter())
        handler.emit(record("said \ud800"))
    assert (tmp_path / "log").read_bytes().startswith(b"WARNING cryptodesk.x: said")
