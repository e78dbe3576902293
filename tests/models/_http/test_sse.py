"""Server-sent events cut into payloads, whatever way the network cut them."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cryptodesk.models._http.sse import MAX_FRAME_BYTES, FrameTooLong, SseReader

STREAM = (
    b'\xef\xbb\xbf: a comment\nevent: message\nid: 7\ndata: {"a":"\xe2\x82\xbf"}\n\n'
    b'data:{"b":2}\r\n\r\ndata\n\n: ping\n\ndata: {"c":\ndata: 3}\n\nretry: 5\n\ndata: [DONE]\n\n'
)
PAYLOADS = [b' {"a":"\xe2\x82\xbf"}', b'{"b":2}', b' {"c":\n 3}', b" [DONE]"]


def read(*parts: bytes, keeps_bare_lines: bool = False) -> list[bytes]:
    reader = SseReader(keeps_bare_lines=keeps_bare_lines)
    found = [payload for part in parts for payload in reader.feed(part)]
    return found + reader.finish()


@pytest.mark.parametrize("keeps_bare_lines", [False, True])
def test_payloads_come_out_of_comments_other_fields_and_both_line_endings(*, keeps_bare_lines: bool) -> None:
    assert read(STREAM, keeps_bare_lines=keeps_bare_lines) == PAYLOADS


@pytest.mark.parametrize("newline", [b"\n", b"\r\n", b"\r"])
def test_every_cut_in_two_gives_the_same_payloads(newline: bytes) -> None:
    stream = STREAM.replace(b"\r\n", b"\n").replace(b"\n", newline)
    for cut in range(len(stream) + 1):
        assert read(stream[:cut], stream[cut:]) == PAYLOADS, cut


@pytest.mark.parametrize("newline", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize("keeps_bare_lines", [False, True])
def test_bytes_that_come_one_by_one_give_the_same_payloads(newline: bytes, *, keeps_bare_lines: bool) -> None:
    stream = STREAM.replace(b"\r\n", b"\n").replace(b"\n", newline)
    assert read(*(bytes([byte]) for byte in stream), keeps_bare_lines=keeps_bare_lines) == PAYLOADS


@given(st.lists(st.integers(0, len(STREAM)), max_size=12))
def test_any_number_of_cuts_gives_the_same_payloads(cuts: list[int]) -> None:
    places = [0, *sorted(cuts), len(STREAM)]
    assert read(*(STREAM[start:end] for start, end in pairwise(places))) == PAYLOADS


_PARTS = st.sampled_from(
    [b"data:", b"data: 1", b"data", b"\n", b"\n\n", b"\n\ndata:", b"\r", b": x", b"event: e", b"{}"]
)


@given(st.lists(st.lists(_PARTS, max_size=9).map(b"".join), max_size=4), st.booleans())
def test_reads_of_whole_events_give_what_single_bytes_give(reads: list[bytes], keeps_bare_lines: bool) -> None:
    """Whole events are told by their line ends alone."""
    singly = (bytes([byte]) for byte in b"".join(reads))
    assert read(*reads, keeps_bare_lines=keeps_bare_lines) == read(*singly, keeps_bare_lines=keeps_bare_lines)


def test_a_payload_is_given_out_when_its_blank_line_came_and_not_before() -> None:
    reader = SseReader()
    assert reader.feed(b"data: 1\n") == []
    assert reader.feed(b"\n") == [b" 1"]


def test_a_last_event_without_blank_line_is_given_out_at_the_end() -> None:
    reader = SseReader()
    assert reader.feed(b"data: 1\n\ndata: 2") == [b" 1"]
    assert reader.finish() == [b" 2"]
    assert reader.finish() == []


def test_several_events_in_one_read_come_in_order() -> None:
    assert SseReader().feed(b"data:1\n\ndata:2\n\ndata:3\n\n") == [b"1", b"2", b"3"]


@pytest.mark.parametrize("part", [b"data: " + b"x" * 60_000, b"x" * 60_000, b"data: " + b"x" * 60_000 + b"\n"])
def test_an_endless_event_is_refused(part: bytes) -> None:
    parts = [part] * (MAX_FRAME_BYTES // 60_000 + 2)
    with pytest.raises(FrameTooLong, match="1000000 bytes"):
        read(*parts)


def test_a_frame_of_a_megabyte_is_read_and_a_longer_one_is_refused() -> None:
    (payload,) = read(b"data:" + b"x" * (MAX_FRAME_BYTES - 5) + b"\n\n")
    assert len(payload) == MAX_FRAME_BYTES - 5
    with pytest.raises(FrameTooLong):
        read(b"data:" + b"x" * (MAX_FRAME_BYTES - 4) + b"\n\n")


def test_many_small_events_never_add_up_to_a_long_one() -> None:
    reader = SseReader()
    event = b"data: " + b"x" * 1000 + b"\n\n"
    count = sum(len(reader.feed(event)) for _ in range(3 * MAX_FRAME_BYTES // 1000))
    assert count == 3000
    assert len(SseReader().feed(event * 3000)) == 3000


def test_an_error_in_bare_lines_is_the_last_payload() -> None:
    error = b'{\n  "error": {\n    "code": 503,\n\n    "status": "UNAVAILABLE"\n  }\n}\n'
    reader = SseReader(keeps_bare_lines=True)
    assert reader.feed(b'data: {"a":1}\r\n\r\n' + error) == [b' {"a":1}']
    (payload,) = reader.finish()
    assert json.loads(payload) == {"error": {"code": 503, "status": "UNAVAILABLE"}}


def test_bare_lines_say_nothing_where_nobody_asked_for_them() -> None:
    assert read(b'data: {"a":1}\n\n{\n"error": {}\n}\n') == [b' {"a":1}']


def test_a_byte_order_mark_before_bare_lines_is_no_part_of_them() -> None:
    assert read(b"\xef\xbb\xbf[{}]\n", keeps_bare_lines=True) == [b"[{}]"]


def test_bare_lines_that_are_no_json_are_no_payload() -> None:
    reader = SseReader(keeps_bare_lines=True)
    assert reader.feed(b"<html>\n<body>busy</body>\n</html>\n") == []
    assert reader.finish() == []


def test_bare_lines_without_end_are_too_long() -> None:
    reader = SseReader(keeps_bare_lines=True)
    for _ in range(20):
        reader.feed(b"x" * 50_000 + b"\n")
    with pytest.raises(FrameTooLong):
        reader.feed(b"x" * 50_000 + b"\n")
