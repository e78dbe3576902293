"""Frames of both styles."""

from __future__ import annotations

from cryptodesk.dialects._sse import SPACED, TIGHT


def test_a_frame_is_the_prefix_the_payload_and_a_blank_line() -> None:
    assert TIGHT.frame(b"{}") == b"data:{}\n\n"
    assert SPACED.frame(b"{}") == b"data: {}\n\n"


def test_the_terminator_has_the_style_of_the_frames() -> None:
    assert (TIGHT.done, SPACED.done) == (b"data:[DONE]\n\n", b"data: [DONE]\n\n")


def test_halves_make_the_frame_of_the_whole_payload() -> None:
    halves = TIGHT.halves(b'{"a":', b"}")
    assert halves.head + b"1" + halves.tail == TIGHT.frame(b'{"a":1}')
