"""Frames of both styles."""

from __future__ import annotations

from cryptodesk.dialects._sse import SPACED, TIGHT, as_lines, named_frame


def test_a_frame_is_the_prefix_the_payload_and_a_blank_line() -> None:
    assert TIGHT.frame(b"{}") == b"data:{}\n\n"
    assert SPACED.frame(b"{}") == b"data: {}\n\n"


def test_the_terminator_has_the_style_of_the_frames() -> None:
    assert (TIGHT.done, SPACED.done) == (b"data:[DONE]\n\n", b"data: [DONE]\n\n")


def test_halves_make_the_frame_of_the_whole_payload() -> None:
    halves = TIGHT.halves(b'{"a":', b"}")
    assert halves.head + b"1" + halves.tail == TIGHT.frame(b'{"a":1}')


def test_a_named_frame_says_its_event() -> None:
    assert named_frame(b"a.b", b"{}") == b"event: a.b\ndata: {}\n\n"


def test_no_other_line_end_is_left_in_json() -> None:
    frames = 'data: "a\u2028b\u2029c\u0085d é"\n\n'.encode()
    assert as_lines(frames) == 'data: "a\\u2028b\\u2029c\\u0085d é"\n\n'.encode()
    assert as_lines(b"data: {}\n\n") == b"data: {}\n\n"
