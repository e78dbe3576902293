"""A provider that dies at any point of an answer: what each dialect's client sees is never a whole answer."""

from __future__ import annotations

import json

import pytest

from cryptodesk.core.errors import UpstreamBadAnswer, UpstreamUnavailable
from cryptodesk.core.events import ReasoningDelta, RunEvent, RunFailed, TextDelta, ToolCallDelta
from tests.dialects.messari.support import CHATS, OPENAI, VERCEL, events, lines, question
from tests.dialects.messari.support import RUN as RESEARCHED
from tests.dialects.messari.support import Client as MessariClient
from tests.dialects.support import PLAIN_END, STARTED, Client, FakeEngine, chat

# One event of each kind a plain run sends, in the order of a model that thinks, writes and calls the caller's tools.
SAID: list[RunEvent] = [
    STARTED,
    ReasoningDelta("Hm."),
    TextDelta("Bitcoin"),
    TextDelta(" is money."),
    ToolCallDelta(0, "call_1", "get_balance", '{"wallet":'),
    ToolCallDelta(0, None, None, '"main"}'),
]
CUT = UpstreamBadAnswer("openai cut its answer short", upstream="openai")


def cut_at(index: int, said: list[RunEvent]) -> FakeEngine:
    return FakeEngine([*([event] for event in said[:index]), [RunFailed(CUT)]])


@pytest.mark.parametrize("index", range(len(SAID) + 1))
@pytest.mark.parametrize("batched", [False, True], ids=["a batch each", "one batch"])
async def test_the_cmc_dialect_never_makes_a_cut_answer_look_whole(index: int, batched: bool) -> None:
    engine = cut_at(index, SAID)
    if batched:
        engine.batches = [[event for batch in engine.batches for event in batch]]
    answer = await Client(engine).post(chat(stream=True))
    # Up to `RunStarted` nothing has been sent: the status is still free to say it. In one batch nothing ever was.
    if index < 2 or batched:
        assert (answer.status, answer.error["code"]) == (500, "upstream_bad_answer")
        return
    *said, last = answer.frames
    assert last["error"]["code"] == "upstream_bad_answer"
    assert "choices" not in last
    assert [frame["choices"][0]["finish_reason"] for frame in said] == [None] * len(said)
    assert not any("usage" in frame or "cmc" in frame for frame in said)
    whole = (await Client(FakeEngine([[event] for event in SAID] + [[PLAIN_END]])).post(chat(stream=True))).frames
    assert said == whole[: len(said)], "up to the cut it is the same stream"


@pytest.mark.parametrize("index", range(len(SAID) + 1))
async def test_a_buffered_answer_that_is_cut_is_an_error_and_no_part_of_it(index: int) -> None:
    answer = await Client(cut_at(index, SAID)).post(chat())
    assert (answer.status, set(answer.json)) == (500, {"error"})
    assert "Bitcoin" not in answer.body.decode()


RESEARCH_SAID: list[RunEvent] = [event for batch in RESEARCHED for event in batch][:-1]


@pytest.mark.parametrize("index", range(len(RESEARCH_SAID) + 1))
@pytest.mark.parametrize("path", CHATS)
async def test_a_research_dialect_never_makes_a_cut_answer_look_whole(path: str, index: int) -> None:
    answer = await MessariClient(cut_at(index, RESEARCH_SAID)).ask(path, question(stream=True))
    if index == 0:
        assert (answer.status, bool(answer.json["error"])) == (502, True)
        return
    if path == VERCEL:
        told = lines(answer)
        assert [code for code, _ in told[-2:]] == ["3", "d"]
        assert told[-1][1]["finishReason"] == "error"
        assert not {"e", "h"} & {code for code, _ in told}
        return
    *said, last = events(answer)
    assert last["error"]
    assert not any(frame.get("error") or "metadata" in frame or "usage" in frame for frame in said)
    if path == OPENAI:
        assert all(frame["choices"][0]["finish_reason"] is None for frame in (*said, last))


@pytest.mark.parametrize("path", CHATS)
async def test_a_research_that_fails_before_it_starts_is_told_by_its_status(path: str) -> None:
    engine = FakeEngine([[RunFailed(UpstreamUnavailable("openai is in trouble", upstream="openai"))]])
    answer = await MessariClient(engine).ask(path, question(stream=True))
    assert (answer.status, answer.headers["content-type"].partition(";")[0]) == (503, "application/json")
    assert json.loads(answer.body)["error"]
