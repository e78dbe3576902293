"""What the provider does in each fault."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

from msgspec import structs

from cryptodesk.drills.answers import Frame
from cryptodesk.drills.provider import Play, Playing
from cryptodesk.drills.script import TOOL, calling

__all__ = [
    "FAILING",
    "LASTING",
    "breaks_off",
    "calls_badly",
    "calls_tool",
    "cut_at",
    "is_down",
    "is_silent",
    "limits",
    "limits_at_first",
    "never_ends",
    "says_html",
    "says_nothing_of_tokens",
    "says_one_huge_frame",
    "says_twice",
    "sleeps_first",
    "splits_characters",
    "then",
    "waits_after_a_word",
    "well",
]

# Expressions at which the drill's tool fails, or takes longer than it may.
FAILING, LASTING = "70000001 + 1", "70000002 + 1"

_SLOW_SECONDS = 0.4
_PAUSE_SECONDS = 0.02
_HUGE_BYTES = 1_000_001
_SLICE_BYTES = 5
_HTML = b"<!doctype html><title>502 Bad Gateway</title><h1>Bad Gateway</h1>"
_HALF_AN_OBJECT = '{"expression": "2 +'


async def well(playing: Playing) -> None:
    await playing.say(playing.frames())


async def sleeps_first(playing: Playing) -> None:
    await asyncio.sleep(_SLOW_SECONDS)
    await well(playing)


async def is_silent(playing: Playing) -> None:
    await playing.wait_for_hang_up()


def cut_at(count: int) -> Play:
    """The connection closes after so many frames."""
    return partial(_cut, count)


async def _cut(count: int, playing: Playing) -> None:
    await playing.begin()
    for frame in playing.frames()[:count]:
        await playing.send(frame)
    playing.break_off()


async def breaks_off(playing: Playing) -> None:
    playing.break_off()


async def calls_badly(playing: Playing) -> None:
    said = calling(TOOL, _HALF_AN_OBJECT)
    await playing.say(playing.frames(said if playing.number == 0 else playing.said))


def calls_tool(expression: str) -> Play:
    return partial(_call, expression)


async def _call(expression: str, playing: Playing) -> None:
    said = calling(TOOL, f'{{"expression":"{expression}"}}')
    await playing.say(playing.frames(said if playing.number == 0 else playing.said))


async def says_nothing_of_tokens(playing: Playing) -> None:
    await playing.say(playing.frames(has_usage=False))


def limits_at_first(times: int) -> Play:
    return partial(_limit, times)


async def _limit(times: int, playing: Playing) -> None:
    if playing.number < times:
        await limits(playing)
    else:
        await well(playing)


async def limits(playing: Playing) -> None:
    await playing.refuse(429, "Retry-After: 0\r\n")


async def is_down(playing: Playing) -> None:
    await playing.refuse(500)


async def says_html(playing: Playing) -> None:
    await playing.exchange.answer(200, _HTML, content_type="text/html; charset=utf-8")


async def says_twice(playing: Playing) -> None:
    await playing.begin()
    for frame in playing.frames():
        await playing.send(frame)
        await playing.send(structs.replace(frame, written_tokens=0))
    await playing.end()


async def splits_characters(playing: Playing) -> None:
    """A few bytes at a time, so that characters are cut in two."""
    await playing.begin()
    for frame in playing.frames():
        pieces = [frame.data[begin : begin + _SLICE_BYTES] for begin in range(0, len(frame.data), _SLICE_BYTES)]
        for piece in pieces[:-1]:
            await playing.exchange.chunk(piece)
        await playing.send(structs.replace(frame, data=pieces[-1]))
    await playing.end()


async def says_one_huge_frame(playing: Playing) -> None:
    await _say_words(playing)
    await playing.send(Frame(b"data: " + b"x" * _HUGE_BYTES + b"\n\n"))
    await playing.wait_for_hang_up()


async def never_ends(playing: Playing) -> None:
    words = await _say_words(playing)
    left = asyncio.create_task(playing.wait_for_hang_up())
    try:
        while not left.done():
            await playing.send(words)
            await asyncio.wait((left,), timeout=_PAUSE_SECONDS)
    finally:
        left.cancel()


async def waits_after_a_word(playing: Playing) -> None:
    await _say_words(playing)
    await playing.wait_for_hang_up()


def then(happens: Callable[[], Awaitable[None]]) -> Play:
    """Something else goes wrong once the first words are out; then the answer goes on well."""
    return partial(_go_on, happens)


async def _go_on(happens: Callable[[], Awaitable[None]], playing: Playing) -> None:
    await playing.begin()
    frames = playing.frames()
    cut = _after_words(frames)
    for frame in frames[:cut]:
        await playing.send(frame)
    await happens()
    for frame in frames[cut:]:
        await playing.send(frame)
    await playing.end()


async def _say_words(playing: Playing) -> Frame:
    """The beginning of an answer up to its last words but one. Returns a frame with a word."""
    await playing.begin()
    frames = playing.frames()
    cut = _after_words(frames)
    for frame in frames[:cut]:
        await playing.send(frame)
    return frames[cut - 1]


def _after_words(frames: list[Frame]) -> int:
    """The place before the last frame that says something; of a body, its middle."""
    saying = [place for place, frame in enumerate(frames) if frame.says]
    return saying[-1] if saying else 1
