"""An answer that is over leaves nothing behind that only the garbage collector could free: what one request holds, its
conversation and its recording among it, would otherwise pile up until the collector comes."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import pytest_asyncio

from cryptodesk.drills.answers import Said
from tests.system.hang_up import CHAT, FLAVOURS, MIXES, QUESTION, RESEARCH, HangUpDesk, hang_up_desk

pytestmark = pytest.mark.asyncio(loop_scope="module")

ANSWERS = 3


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[HangUpDesk]:
    async with hang_up_desk(tmp_path_factory.mktemp("desk")) as opened:
        yield opened


async def left_by(ask: Callable[[], Awaitable[object]]) -> Counter[str]:
    """The product's own types among what only the collector could free of the things made by some asks. The first ask
    fills what is kept on purpose."""
    await ask()
    gc.collect()
    gc.disable()
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        for _ in range(ANSWERS):
            await ask()
        gc.collect()
        names = (f"{type(thing).__module__}.{type(thing).__qualname__}" for thing in gc.garbage)
        return Counter(name for name in names if name.startswith("cryptodesk."))
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()


@pytest.mark.parametrize("stream", [True, False], ids=["streamed", "whole"])
@pytest.mark.parametrize("kind", MIXES)
@pytest.mark.parametrize("name", ["openai", "anthropic", "gemini"])
async def test_an_answer_leaves_nothing_to_the_collector(desk: HangUpDesk, name: str, kind: str, stream: bool) -> None:
    flavour, mix = FLAVOURS[name], MIXES[kind]
    body: dict[str, Any] = {"model": flavour.model_id, "messages": QUESTION, "stream": stream}
    if mix.tools:
        body["tools"] = list(mix.tools)
    assert not await left_by(lambda: desk.answered(flavour, mix.said, CHAT, body))


@pytest.mark.parametrize("stream", [True, False], ids=["streamed", "whole"])
@pytest.mark.parametrize("path", [CHAT, "/openai/v1/chat/completions", "/openai/v1/responses", *RESEARCH])
async def test_a_refusal_leaves_nothing_to_the_collector(desk: HangUpDesk, path: str, stream: bool) -> None:
    messages = QUESTION if path not in RESEARCH else []  # there the model is not the caller's to choose
    body = {"model": "no-such-model", "messages": messages, "input": "What is the price of Bitcoin?", "stream": stream}
    assert not await left_by(lambda: desk.refused(path, body))


@pytest.mark.parametrize("name", ["openai", "anthropic", "gemini"])
async def test_a_client_that_hangs_up_leaves_nothing_to_the_collector(desk: HangUpDesk, name: str) -> None:
    flavour, said = FLAVOURS[name], MIXES["text"].said
    body = {"model": flavour.model_id, "messages": QUESTION, "stream": True}
    assert not await left_by(lambda: desk.killed_after(flavour, said, 3, CHAT, body))


@pytest.mark.parametrize("stream", [True, False], ids=["streamed", "whole"])
@pytest.mark.parametrize("path", RESEARCH)
async def test_a_researched_answer_leaves_nothing_to_the_collector(desk: HangUpDesk, path: str, stream: bool) -> None:
    body = {"messages": QUESTION, "stream": stream, "generate_related_questions": 0}
    assert not await left_by(lambda: desk.answered(FLAVOURS["openai"], Said(), path, body))
