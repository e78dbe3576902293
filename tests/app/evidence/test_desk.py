"""Whose evidence is given out over HTTP, how much at once, and that it is the command's own file."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from cryptodesk.app.evidence import desk as desk_module
from cryptodesk.app.evidence.check import check_evidence, read_evidence
from cryptodesk.app.evidence.desk import EvidenceDesk, make_by_process
from cryptodesk.app.recording.opening import open_store
from cryptodesk.core.errors import InternalError, Overloaded, TooLarge
from cryptodesk.core.requests import Caller
from cryptodesk.settings import Settings
from cryptodesk.state.keys import DatabaseKeyStore
from cryptodesk.storage.sqlite import SqliteDatabase
from tests.app.recording.support import CHAT, recording_app, recording_settings, run_ids

QUESTION = {"model": "scripted-plain", "messages": [{"role": "user", "content": "Is Bitcoin money?"}]}


class Maker:
    """Makes a file once it is let go on."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.at_once = self.most_at_once = 0
        self.go_on = asyncio.Event()

    async def __call__(self, settings: Settings, run_id: str) -> bytes:
        self.asked.append(run_id)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await self.go_on.wait()
        self.at_once -= 1
        return b"{}"


def own_key(settings: Settings) -> Caller:
    database = SqliteDatabase(settings.database_path)
    database.open()
    (record,) = DatabaseKeyStore(database).list()
    database.close()
    return Caller(record.account_id, record.key_id)


async def one_run(settings: Settings) -> str:
    async with recording_app(settings) as asker:
        status, _ = await asker.ask(CHAT, QUESTION)
        assert status == 200
    (run_id,) = run_ids(settings)
    return run_id


async def test_each_key_is_given_its_own_runs_alone(tmp_path: Path) -> None:
    settings, maker = recording_settings(tmp_path), Maker()
    maker.go_on.set()
    run_id = await one_run(settings)
    caller = own_key(settings)
    flushed: list[bool] = []
    evidence = EvidenceDesk(settings, lambda: flushed.append(True), maker)
    assert await evidence.file_of(caller, run_id) == b"{}"
    assert flushed == [True]
    for other, name in (
        (Caller(caller.account_id, "key_other"), run_id),
        (caller, "0" * 32),
        (caller, "../../etc/passwd"),
        (caller, ""),
    ):
        assert await evidence.file_of(other, name) is None
    assert maker.asked == [run_id]


async def test_a_file_is_made_at_a_time_and_only_so_many_wait(tmp_path: Path) -> None:
    settings, maker = recording_settings(tmp_path), Maker()
    run_id = await one_run(settings)
    caller = own_key(settings)
    evidence = EvidenceDesk(settings, lambda: None, maker)
    asking = [asyncio.create_task(evidence.file_of(caller, run_id)) for _ in range(8)]
    while len(refused := [task for task in asking if task.done()]) < 3:  # the others wait until they may go on
        await asyncio.wait(set(asking) - set(refused), return_when=asyncio.FIRST_COMPLETED)
    assert all(isinstance(task.exception(), Overloaded) for task in refused)
    maker.go_on.set()
    answers = await asyncio.gather(*asking, return_exceptions=True)
    assert (answers.count(b"{}"), maker.most_at_once) == (5, 1)
    assert await evidence.file_of(caller, run_id) == b"{}"


async def test_a_recording_that_cannot_be_read_is_a_defect(tmp_path: Path) -> None:
    settings = recording_settings(tmp_path)
    store = open_store(settings)
    store.append(b"common", [("01" * 16, b"\xc1")], 1_790_000_000.0)
    store.close()
    with pytest.raises(InternalError, match="cannot be read"):
        await EvidenceDesk(settings, lambda: None, Maker()).file_of(Caller("main", "k"), "01" * 16)


@pytest.mark.slow
async def test_the_file_is_what_the_command_writes_and_proves_the_run(tmp_path: Path) -> None:
    settings = recording_settings(tmp_path)
    run_id = await one_run(settings)
    written = await make_by_process(settings, run_id)
    evidence: Any = json.loads(written)
    assert evidence["parts"]["run"]["run_id"] == run_id
    assert check_evidence(read_evidence(written), evidence["root"]).run_id == run_id


@pytest.mark.slow
async def test_a_process_that_fails_or_writes_too_much_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = recording_settings(tmp_path)
    with pytest.raises(InternalError, match="could not be made"):
        await make_by_process(settings, "0" * 32)
    run_id = await one_run(settings)
    monkeypatch.setattr(desk_module, "MOST_BYTES", 100)
    with pytest.raises(TooLarge, match="cryptodesk evidence"):
        await make_by_process(settings, run_id)
