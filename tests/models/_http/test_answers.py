"""An answer read in batches, from a response whose reads are given."""

from __future__ import annotations

from typing import Any

import pytest

from cryptodesk.core.errors import (
    CryptodeskError,
    UpstreamBadAnswer,
    UpstreamRejected,
    UpstreamTimeout,
)
from cryptodesk.core.events import ModelEvent, ModelFinished, TextDelta
from cryptodesk.models._http import answers
from cryptodesk.models._http.answers import Answer, read_body
from cryptodesk.models._http.client.errors import ConnectionLost, CutShort, Silence
from cryptodesk.models._http.sse import SseReader
from tests.models._http.client.asking import without_collector

END = TextDelta("(end)")
CUT_END = TextDelta("(end, cut)")


class Response:
    """Reads that are given; an exception among them is raised, and what follows it is never read."""

    def __init__(self, *reads: bytes | Exception) -> None:
        self.reads = list(reads)

    async def read_any(self) -> bytes:
        if self.reads and isinstance(self.reads[0], Exception):
            raise self.reads.pop(0)
        return self.reads.pop(0) if self.reads else b""


class WordReader:
    """Each payload is a word; `bad` is an error, `stop` the reason why the server stopped."""

    is_finished = False

    def known_end(self) -> ModelFinished | None:
        return None

    def read(self, payload: bytes, events: list[ModelEvent]) -> None:
        word = payload.decode().strip()
        if word == "bad":
            raise UpstreamRejected("up says bad", upstream="up")
        self.is_finished = self.is_finished or word == "stop"
        events.append(TextDelta(word))


class Words(Answer[WordReader]):
    def _take_payloads(self, payloads: list[bytes], events: list[ModelEvent]) -> bool:
        for payload in payloads:
            if payload == b"over":
                return True
            self._reader.read(payload, events)
        return False

    def _finish(self, events: list[ModelEvent], *, is_whole: bool) -> None:
        events.append(END if is_whole else CUT_END)


def answer(*reads: bytes | Exception, is_stream: bool = True) -> Words:
    response: Any = Response(*reads)
    return Words("up", response, WordReader(), SseReader() if is_stream else None)


async def batches(reading: Words) -> tuple[list[list[str]], CryptodeskError | None]:
    """The texts of all batches, and what was raised after them."""
    found: list[list[str]] = []
    try:
        while (batch := await reading.next_batch()) is not None:
            found.append([event.text for event in batch if isinstance(event, TextDelta)])
    except CryptodeskError as error:
        return found, error
    return found, None


async def test_each_read_of_a_stream_is_a_batch_and_one_that_completes_nothing_is_none() -> None:
    reading = answer(b"data:a\n\ndata:b\n\n", b"data:", b"c\n\n", b": ping\n\n", b"data:d\n\ndata:over\n\n")
    assert await batches(reading) == ([["a", "b"], ["c"], ["d", "(end)"]], None)
    assert reading.is_over


async def test_what_comes_after_the_terminator_is_not_read() -> None:
    response: Any = Response(b"data:over\n\ndata:a\n\n", b"data:b\n\n")
    reading = Words("up", response, WordReader(), SseReader())
    assert await batches(reading) == ([["(end)"]], None)
    assert response.reads == [b"data:b\n\n"]


async def test_a_stream_that_ends_without_terminator_is_told_from_a_whole_one() -> None:
    assert await batches(answer(b"data:a\n\n", b"data:b")) == ([["a"], ["b", "(end, cut)"]], None)


async def test_a_whole_body_is_one_payload() -> None:
    assert await batches(answer(b"he", b"llo", is_stream=False)) == ([["hello", "(end)"]], None)


async def test_what_was_read_before_a_failure_is_handed_out_before_it_is_raised() -> None:
    reading = answer(b"data:a\n\ndata:bad\n\ndata:c\n\n", b"data:d\n\n")
    found, error = await batches(reading)
    assert found == [["a"]]
    assert isinstance(error, UpstreamRejected)
    assert reading.is_over


async def test_a_failure_that_nothing_came_before_is_raised_at_once() -> None:
    found, error = await batches(answer(b"data:bad\n\n"))
    assert found == []
    assert isinstance(error, UpstreamRejected)


@pytest.mark.parametrize(
    ("failure", "kind"),
    [
        (CutShort(), UpstreamBadAnswer),
        (ConnectionLost(), UpstreamBadAnswer),
        (Silence(), UpstreamTimeout),
    ],
)
async def test_a_connection_that_breaks_before_the_end_is_an_error_and_after_it_is_the_end(
    failure: Exception, kind: type[CryptodeskError]
) -> None:
    found, error = await batches(answer(b"data:a\n\n", failure))
    assert (found, type(error)) == ([["a"]], kind)
    found, error = await batches(answer(b"data:stop\n\n", failure))
    assert (found, error) == ([["stop"], ["(end, cut)"]], None)


@pytest.mark.parametrize("reads", [(b"data:a\n\n", CutShort), (b"data:a\n\ndata:bad\n\n",)])
async def test_a_failure_leaves_nothing_to_the_collector(reads: tuple[Any, ...]) -> None:
    async with without_collector() as left:
        for _ in range(3):
            found, error = await batches(answer(*[read if isinstance(read, bytes) else read() for read in reads]))
            assert found == [["a"]]
            assert error is not None
            del error
            await answer(*reads[:1]).next_batch()  # nobody reads on
    assert not left


async def test_an_endless_frame_is_a_bad_answer() -> None:
    found, error = await batches(answer(b"data:a\n\n", *[b"x" * 300_000] * 4))
    assert found == [["a"]]
    assert isinstance(error, UpstreamBadAnswer)
    assert "1000000 bytes" in error.message


@pytest.mark.parametrize("is_stream", [True, False])
async def test_an_endless_answer_is_a_bad_answer(monkeypatch: pytest.MonkeyPatch, *, is_stream: bool) -> None:
    monkeypatch.setattr(answers, "MAX_BODY_BYTES", 100)
    fits = [b"data:" + b"a" * 13 + b"\n\n"] * 5
    found, error = await batches(answer(*fits, is_stream=is_stream))
    assert found
    assert error is None
    _, error = await batches(answer(*fits, b"\n", is_stream=is_stream))
    assert isinstance(error, UpstreamBadAnswer)
    assert "longer than 100 bytes" in error.message


async def test_a_body_is_read_to_its_end_or_its_limit() -> None:
    whole: Any = Response(b"a", b"bc")
    assert await read_body(whole, 3) == b"abc"
    cut: Any = Response(b"ab", b"cd", b"ef")
    assert await read_body(cut, 3) == b"abcd"
    refused: Any = Response(b"ab", b"cd")
    with pytest.raises(UpstreamBadAnswer, match="longer than 3 bytes"):
        await read_body(refused, 3, upstream="up")
    empty: Any = Response()
    assert await read_body(empty, 3) == b""
