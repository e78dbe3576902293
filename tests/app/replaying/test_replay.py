"""Asked through the whole server in each dialect, recorded, and run again to the same bytes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cryptodesk.app.desk import Desk, open_ledger
from cryptodesk.app.replaying.replay import load_run, replay
from cryptodesk.core.errors import NotFound
from cryptodesk.ledger.export import load_lines
from cryptodesk.settings import Settings
from tests.app.recording.support import (
    BEARER,
    CANARY,
    CHAT,
    INCLUDE,
    KEY,
    OWN_BEARER,
    OWN_TOOL,
    PROGRESS,
    PROVIDER_KEY,
    TOOLS,
    Asker,
    bytes_on_disk,
    recording_app,
    recording_settings,
    run_ids,
)

QUESTION = [{"role": "user", "content": "What is the price of bitcoin?"}]


def chat(model: str, *, stream: bool = False, **more: Any) -> dict[str, Any]:
    return {"model": model, "stream": stream, "messages": QUESTION, **more}


RESEARCH = {"messages": [{"role": "user", "content": "What is the price of bitcoin and why did it move?"}]}
STRICT = "/openai/v1/chat/completions"


async def ask_once(asker: Asker) -> None:
    await asker.ask(CHAT, chat("scripted-plain"))


async def ask_plainly(asker: Asker) -> None:
    for stream in (False, True):
        await asker.ask(CHAT, chat("scripted-plain", stream=stream), INCLUDE)
        await asker.ask(CHAT, chat("scripted-reasoning", stream=stream))
        await asker.ask(CHAT, chat("scripted-no_usage", stream=stream), INCLUDE)
        await asker.ask(STRICT, chat("scripted-plain", stream=stream), OWN_BEARER)
    await asker.ask(CHAT, chat("scripted-plain"), (b"idempotency-key", b"mine"))
    await asker.ask(CHAT, chat("scripted-plain"), (b"cryptodesk-max-cost-usd", b"0.01"), INCLUDE)


async def ask_with_tools(asker: Asker) -> None:
    for stream in (False, True):
        await asker.ask(CHAT, chat("scripted-built_in_chain", stream=stream, tools=TOOLS), INCLUDE)
        earlier = asker.last_id
        await asker.ask(CHAT, chat("scripted-built_in_chain", stream=stream, previous_response_id=earlier), INCLUDE)
        status, _ = await asker.ask(CHAT, chat("scripted-plain", previous_response_id=earlier))
        assert status == 400  # the turn was used
        await asker.ask(CHAT, chat("scripted-bad_tool_json", stream=stream, tools=TOOLS))
    await asker.ask(CHAT, chat("scripted-tool_call", tools=[OWN_TOOL]))
    call = json.loads(asker.bodies[-1])["choices"][0]["message"]["tool_calls"][0]
    result = {"role": "tool", "tool_call_id": call["id"], "content": '{"found": 7}'}
    more = {"previous_response_id": asker.last_id, "messages": [result]}
    await asker.ask(CHAT, {**chat("scripted-tool_call"), **more}, INCLUDE)


async def ask_what_fails(asker: Asker) -> None:
    for stream in (False, True):
        for model in ("cut_mid_stream", "fails_first", "rate_limited", "rejected", "context_too_long", "length"):
            await asker.ask(CHAT, chat(f"scripted-{model}", stream=stream))


async def ask_and_leave(asker: Asker) -> None:
    for messages in (2, 4):
        await asker.ask(CHAT, chat("scripted-never_ends", stream=True), leaves_after=messages)


async def ask_for_research(asker: Asker) -> None:
    await asker.ask("/ai/v1/chat/completions", {**RESEARCH, "stream": True}, PROGRESS)
    await asker.ask("/ai/openai/chat/completions", RESEARCH, PROGRESS)
    await asker.ask("/ai/vercel/chat/completions", {**RESEARCH, "stream": True}, PROGRESS)
    await asker.ask("/ai/v1/chat/completions", RESEARCH, (b"cryptodesk-early-headers", b"true"))
    await asker.ask("/ai/v2/chat/completions", {**RESEARCH, "stream": True}, PROGRESS, leaves_after=4)


def recorded(home: Path, work: Callable[[Asker], Any], **more: Any) -> Settings:
    settings = recording_settings(home, **more)

    async def serve() -> None:
        async with recording_app(settings) as asker:
            await work(asker)

    asyncio.run(serve())
    return settings


def assert_replays(settings: Settings, runs: int) -> None:
    ids = run_ids(settings)
    assert len(ids) == runs
    for run_id in ids:
        found = replay(settings, load_run(settings, run_id))
        assert (found.difference, found.strayed) == ("", ""), run_id


@pytest.mark.parametrize(
    ("work", "runs"), [(ask_plainly, 10), (ask_with_tools, 10), (ask_what_fails, 12), (ask_and_leave, 2)]
)
def test_a_recorded_answer_is_replayed_to_the_same_bytes(
    tmp_path: Path, work: Callable[[Asker], Any], runs: int
) -> None:
    assert_replays(recorded(tmp_path, work, data="snapshot"), runs)


@pytest.mark.slow
@pytest.mark.parametrize("model", ["cryptodesk-analyst", "scripted-research_good"])
def test_a_researched_answer_is_replayed_to_the_same_bytes(tmp_path: Path, model: str) -> None:
    assert_replays(recorded(tmp_path, ask_for_research, research_model=model), 5)


def test_a_replay_charges_and_stores_nothing(tmp_path: Path) -> None:
    settings = recorded(tmp_path, ask_with_tools, data="snapshot")
    with open_ledger(settings) as database:
        before = [list(load_lines(database)), database.read("SELECT count(*) FROM turns", ())]
    for run_id in run_ids(settings):
        replay(settings, load_run(settings, run_id))
    with open_ledger(settings) as database:
        assert [list(load_lines(database)), database.read("SELECT count(*) FROM turns", ())] == before
    assert len(run_ids(settings)) == 10


def test_a_changed_recording_does_not_replay_to_its_bytes(tmp_path: Path) -> None:
    settings = recorded(tmp_path, ask_once, data="snapshot")
    (run_id,) = run_ids(settings)
    run = load_run(settings, run_id)
    run.recording.streams[0].events[1] = {"text": "Something else"}
    assert "Something else" in replay(settings, run).difference


def test_a_tool_that_was_not_called_then_is_named(tmp_path: Path) -> None:
    work = chat("scripted-built_in_chain", tools=TOOLS)
    settings = recorded(tmp_path, lambda asker: asker.ask(CHAT, work), data="snapshot")
    run = load_run(settings, run_ids(settings)[0])
    run.recording.tools.clear()
    assert "the tool cmc_id_lookup" in replay(settings, run).strayed


def test_a_program_that_asks_the_model_something_else_is_noticed(tmp_path: Path) -> None:
    work = chat("scripted-echo", tools=TOOLS)
    settings = recorded(tmp_path, lambda asker: asker.ask(CHAT, work), data="snapshot")
    run = load_run(settings, run_ids(settings)[0])
    run.recording.streams[0].asked = bytes(16)
    found = replay(settings, run)
    assert found.difference == ""
    assert found.strayed == "model call 1 (echo) was asked something else than when it was recorded"


def test_no_key_is_in_a_recording_whatever_brought_it_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", PROVIDER_KEY)

    async def work(asker: Asker) -> None:
        bearer = (b"authorization", f"Bearer {BEARER}".encode())
        await asker.ask(CHAT, chat("scripted-plain"), bearer, (b"cookie", CANARY))
        await asker.ask(CHAT, chat("scripted-plain"), query=f"CMC_PRO_API_KEY={KEY}".encode())
        spoken = [{"role": "user", "content": f"my key is {PROVIDER_KEY}, and {KEY}"}]
        await asker.ask(CHAT, {"model": "scripted-echo", "messages": spoken})
        await asker.ask("/ai/v1/chat/completions", {"messages": QUESTION}, bearer)

    settings = recorded(tmp_path, work, data="snapshot")
    assert len(run_ids(settings)) == 4
    assert CANARY not in bytes_on_disk(settings)
    assert b"my key is *****" in bytes_on_disk(settings)


def test_redacted_recordings_hold_no_text_and_say_why_they_cannot_be_replayed(tmp_path: Path) -> None:
    async def work(asker: Asker) -> None:
        await asker.ask(CHAT, {"model": "scripted-echo", "messages": [{"role": "user", "content": "SECRETWORD"}]})

    settings = recorded(tmp_path, work, data="snapshot", recording="redacted")
    (run_id,) = run_ids(settings)
    assert b"SECRETWORD" not in bytes_on_disk(settings)
    with pytest.raises(NotFound, match="the texts were left out"):
        replay(settings, load_run(settings, run_id))


def test_switched_off_nothing_is_recorded(tmp_path: Path) -> None:
    settings = recorded(tmp_path, ask_once, data="snapshot", recording="off")
    assert not settings.recordings_folder.exists()
    with pytest.raises(NotFound, match="no recording"):
        load_run(settings, "0" * 32)


def test_a_run_that_is_too_large_is_recorded_without_its_texts(tmp_path: Path) -> None:
    settings = recorded(
        tmp_path,
        lambda asker: asker.ask(CHAT, chat("scripted-long", stream=True)),
        data="snapshot",
        recording_run_kb=16,
    )
    run = load_run(settings, run_ids(settings)[0])
    assert run.recording.missing == "the recording is larger than 16384 bytes"
    assert run.recording.redacted["answer"].size > 16384


def test_a_request_that_began_no_run_leaves_nothing_behind(tmp_path: Path) -> None:
    async def work(asker: Asker) -> None:
        assert (await asker.ask(CHAT, {"model": "scripted-plain"}))[0] == 400
        assert (await asker.ask("/v1/quote", chat("scripted-plain")))[0] == 200

    assert run_ids(recorded(tmp_path, work, data="snapshot")) == []


def test_a_question_of_the_command_line_is_replayed_event_by_event(tmp_path: Path) -> None:
    settings = recording_settings(tmp_path, data="snapshot", default_model="scripted-tool_call")

    async def ask() -> None:
        async with Desk(settings) as desk:
            async for _ in desk.engine.run(desk.question("What is the price of bitcoin?")):
                pass

    asyncio.run(ask())
    assert_replays(settings, 1)
