"""Numbers in memory and in files that outlive their process."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from cryptodesk.observing.board import Board, FileBoard, Row, read_rows

ROW = Row("cryptodesk_runs_total", ("cmc", "m", "finished", ""), 1)
WIDE = Row("cryptodesk_store_commit_seconds", (), 3)


def test_rows_stand_one_behind_the_other_and_are_zero_at_first() -> None:
    board = Board()
    assert (board.add_row(WIDE), board.add_row(ROW)) == (0, 3)
    board.values[3] += 2
    assert list(board.read()) == [(WIDE, [0, 0, 0]), (ROW, [2])]


def test_a_full_board_takes_no_further_row() -> None:
    board = Board(capacity=3)
    assert board.add_row(WIDE) == 0
    assert board.add_row(ROW) is None
    assert [row for row, _ in board.read()] == [WIDE]


def test_another_process_reads_what_was_counted_without_any_writing_out(tmp_path: Path) -> None:
    with closing(FileBoard(tmp_path, 1)) as board:
        place = board.add_row(ROW)
        assert place is not None
        board.values[place] += 5
        assert read_rows(tmp_path, 1) == [(ROW, [5])]
        board.values[place] += 1
        assert read_rows(tmp_path, 1) == [(ROW, [6])]


def test_a_slot_that_nobody_had_yet_has_no_numbers(tmp_path: Path) -> None:
    assert read_rows(tmp_path, 7) == []


def test_who_takes_a_slot_over_counts_on(tmp_path: Path) -> None:
    with closing(FileBoard(tmp_path, 0)) as first:
        first.add_row(WIDE)
        first.add_row(ROW)
        first.values[3] = 4
    with closing(FileBoard(tmp_path, 0)) as second:
        second.values[3] += 1
        assert second.add_row(Row("cryptodesk_build", ("1",), 1)) == 4
    assert [values for _, values in read_rows(tmp_path, 0)] == [[0, 0, 0], [5], [0]]


def test_a_name_that_was_cut_off_by_a_kill_is_forgotten(tmp_path: Path) -> None:
    with closing(FileBoard(tmp_path, 0)) as board:
        board.add_row(ROW)
    with (tmp_path / "worker-0.names").open("ab") as names:
        names.write(b'["cryptodesk_to')
    assert [row for row, _ in read_rows(tmp_path, 0)] == [ROW]
    with closing(FileBoard(tmp_path, 0)) as board:
        assert board.add_row(WIDE) == 1
    assert [row for row, _ in read_rows(tmp_path, 0)] == [ROW, WIDE]


def test_the_files_are_for_their_owner_alone(tmp_path: Path) -> None:
    with closing(FileBoard(tmp_path, 0)):
        assert (tmp_path / "worker-0.values").stat().st_mode & 0o077 == 0
