"""When the recorder writes, and that the end of its loop is no fault."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from cryptodesk.app.recording import recorder as module
from cryptodesk.app.recording.format import Circumstances
from cryptodesk.app.recording.recorder import Recorder
from cryptodesk.app.recording.tape import RunTape
from cryptodesk.core.clock import FixedClock
from cryptodesk.core.requests import RunLimits
from cryptodesk.dialects._ports import DialectSettings
from cryptodesk.state.recordings import RecordingStore

RUN_ID = "01a2" + "0" * 28


def recorder_of(folder: Path) -> Recorder:
    circumstances = Circumstances(
        program="0",
        data="snapshot",
        simulated_seed=1,
        simulated_coins=1,
        verification="mark",
        citation_entailment=False,
        limits=RunLimits(),
        dialects=DialectSettings(),
        research_model="m",
        built_in_tools=(),
    )
    store = RecordingStore(folder, retention_seconds=3600, most_bytes=1 << 20)
    return Recorder(
        store, FixedClock(datetime(2026, 11, 1, tzinfo=UTC)), circumstances, most_run_bytes=1 << 16, is_redacted=False
    )


def a_tape() -> RunTape:
    made = RunTape(1_790_000_000.0)
    made.recording.run_id = RUN_ID
    return made


@pytest.mark.parametrize("is_closed", [False, True])
async def test_a_loop_that_takes_no_more_work_aside_is_no_fault_and_the_close_writes_what_waits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_closed: bool
) -> None:
    monkeypatch.setattr(module, "_FLUSH_SECONDS", 0.0)
    recorder, loop, faults = recorder_of(tmp_path), asyncio.get_running_loop(), list[Any]()
    loop.set_exception_handler(lambda _, context: faults.append(context))
    recorder.keep(a_tape())
    if is_closed:
        recorder.close()
    await loop.shutdown_default_executor()
    fired = loop.create_future()
    loop.call_later(0.0, fired.set_result, None)
    await fired
    recorder.close()
    assert faults == []
    assert list(RecordingStore(tmp_path, retention_seconds=3600, most_bytes=1 << 20).run_ids()) == [RUN_ID]
