"""Frames of an event stream, however the network cuts them."""

from __future__ import annotations

import pytest

from cryptodesk.models.anthropic_wire._sse import MAX_FRAME_BYTES, FrameTooLong, SseReader
from tests.models.anthropic_wire.upstream import body, streamed, text

STREAM = b"".join(streamed(body(text("₿ at 64,000 € — ünïcode"))))


def payloads(pieces: list[bytes]) -> list[bytes]:
    reader = SseReader()
    found = [payload for piece in pieces for payload in reader.feed(piece)]
    return found + reader.finish()


def test_event_names_and_comments_are_passed_over() -> None:
    assert payloads([b": hi\nevent: ping\nid: 1\nretry: 5\ndata: {}\n\n"]) == [b" {}"]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64, 100_000])
def test_any_cut_of_the_bytes_gives_the_same_payloads(size: int) -> None:
    pieces = [STREAM[start : start + size] for start in range(0, len(STREAM), size)]
    assert payloads(pieces) == payloads([STREAM])
    assert len(payloads([STREAM])) == STREAM.count(b"\n\n")


@pytest.mark.parametrize("end", [b"\r\n", b"\r"])
def test_other_line_ends_give_the_same_payloads(end: bytes) -> None:
    stream = STREAM.replace(b"\n", end)
    assert payloads([stream]) == payloads([STREAM])
    assert payloads([stream[place : place + 1] for place in range(len(stream))]) == payloads([STREAM])


def test_a_frame_of_a_megabyte_is_read_and_a_longer_one_is_refused() -> None:
    assert len(payloads([b"data:" + b"x" * (MAX_FRAME_BYTES - 20) + b"\n\n"])[0]) == MAX_FRAME_BYTES - 20
    with pytest.raises(FrameTooLong):
        payloads([b"data:" + b"x" * MAX_FRAME_BYTES + b"\n\n"])
    with pytest.raises(FrameTooLong):
        payloads([b"x" * 60_000] * 20)


def test_the_last_frame_may_lack_its_blank_line() -> None:
    assert payloads([b'data: {"type":"message_stop"}']) == [b' {"type":"message_stop"}']
