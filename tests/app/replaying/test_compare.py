"""Two answers side by side: the first difference is named, and only what the run decided counts."""

from __future__ import annotations

from cryptodesk.app.recording.format import Given
from cryptodesk.app.replaying.compare import first_difference, whole_body

JSON = (b"content-type", b"application/json")


def given(
    *pieces: bytes, status: int = 200, is_whole: bool = True, headers: tuple[tuple[bytes, bytes], ...] = ()
) -> Given:
    return Given(status, [JSON, *headers], list(pieces), is_whole)


def test_the_same_bytes_in_other_pieces_are_no_difference() -> None:
    assert first_difference(given(b"data: 1\n\n", b"data: 2\n\n"), given(b"data: 1\n\ndata: 2\n\n")) == ""


def test_a_byte_is_named_with_its_place_and_frame() -> None:
    said = first_difference(given(b"data: 1\n\ndata: 22\n\n"), given(b"data: 1\n\ndata: 23\n\n"))
    assert said.startswith("body, byte 16 (frame 2): ")
    assert "22" in said
    assert "23" in said


def test_a_longer_answer_differs_where_the_shorter_ends() -> None:
    assert "the end was recorded" in first_difference(given(b"abc"), given(b"abcd"))
    assert "the end replayed" in first_difference(given(b"abcd"), given(b"abc"))


def test_status_and_headers_are_named_before_the_body() -> None:
    assert first_difference(given(b"a"), given(b"b", status=500)) == "status: 200 was recorded, 500 replayed"
    named = first_difference(given(b"a", headers=((b"x-trace", b"1"),)), given(b"b", headers=((b"x-trace", b"2"),)))
    assert named == "header x-trace: '1' was recorded, '2' replayed"
    assert "'none' replayed" in first_difference(given(b"a", headers=((b"x-trace", b"1"),)), given(b"a"))


def test_headers_of_limits_and_length_are_not_the_runs() -> None:
    passing = ((b"x-ratelimit-remaining", b"7"), (b"content-length", b"1"), (b"retry-after", b"3"))
    assert first_difference(given(b"a", headers=passing), given(b"a")) == ""


def test_what_keeps_a_connection_open_is_no_part_of_the_answer() -> None:
    silent = given(b"data: 1\n\n", b": keep-alive\n\n", b"data: 2\n\n")
    assert first_difference(silent, given(b"data: 1\n\n", b"data: 2\n\n")) == ""
    assert whole_body([b" ", b" ", b"{}"]) == b"{}"
    assert whole_body([b"2:[]\n", b'0:"a"\n']) == b'0:"a"\n'


def test_one_piece_is_the_whole_body_whatever_it_looks_like() -> None:
    assert whole_body([b" "]) == b" "


def test_an_answer_that_was_cut_off_is_compared_to_where_it_ended() -> None:
    cut = given(b"data: 1\n\n", is_whole=False)
    assert first_difference(cut, given(b"data: 1\n\ndata: 2\n\n")) == ""
    assert first_difference(cut, given(b"data: 1\n\n", is_whole=False)) == ""
    assert first_difference(cut, given(b"data: 3\n\n")) != ""
    assert first_difference(given(b"data: 1\n\n"), given(b"data: 1\n\n", is_whole=False)).startswith("end: ")
