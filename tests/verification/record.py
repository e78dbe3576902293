"""Records what the tests judge: the analyst's own answers, and outputs of every tool, on both offline markets.

Run by hand when the analyst changes: `python -m tests.verification.record`. Writes `data/recorded.jsonl.gz`. The outputs
of the calls stay, for the prose that is read against them quotes some; with the word `calls` they are recorded anew too.
"""

# ruff: noqa: E501 - tables read better with one entry a line

from __future__ import annotations

import asyncio
import gzip
import json
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar
from unittest import mock

import msgspec

from cryptodesk.app.desk import Desk
from cryptodesk.core.clock import FixedClock
from cryptodesk.core.events import ComputedFigure, RunFold
from cryptodesk.core.messages import text_message
from cryptodesk.settings import load_settings
from cryptodesk.verification.verifier import AnswerVerifier
from tests.verification.recorded import RECORDED
from tests.verification.recorded_calls import CALLS
from tests.verification.recorded_questions import QUESTIONS

__all__ = ["main"]

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
MODES = ("snapshot", "simulated")


class Listening(AnswerVerifier):
    """Keeps what the last answer's code handed over."""

    told: ClassVar[list[ComputedFigure]] = []

    def begin(self, *given: Any, **named: Any) -> Any:
        check = super().begin(*given, **named)
        if check is not None:
            add = check.add_computed
            check.add_computed = lambda figures: (Listening.told.extend(figures), add(figures))  # type: ignore
        return check


async def main(*, has_calls: bool) -> None:
    kept = gzip.decompress(RECORDED.read_bytes()).decode().splitlines()
    lines = [] if has_calls else [line for line in map(json.loads, kept) if line["kind"] == "call"]
    for mode in MODES:
        listening = mock.patch("cryptodesk.app.desk.AnswerVerifier", Listening)
        with tempfile.TemporaryDirectory() as home, listening:
            settings = load_settings(data=mode, home=Path(home), default_model="cryptodesk-analyst")
            async with Desk(settings, FixedClock(NOW)) as desk:
                lines += [await _called(desk, mode, *call) for call in CALLS if has_calls]
                lines += [await _answered(desk, mode, question) for question in QUESTIONS]
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines if line)
    RECORDED.write_bytes(gzip.compress(text.encode(), 9, mtime=0))
    print(f"{len(lines)} lines, {len(text):,} bytes, {RECORDED.stat().st_size:,} packed")


async def _called(desk: Desk, mode: str, name: str, tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
    trace = await desk.call_tool(tool, json.dumps(arguments))
    return {
        "kind": "call", "mode": mode, "name": name, "now": NOW.isoformat(),
        "results": [_result(tool, json.dumps(arguments), trace.model_content, name)],
        "status": trace.status,
    }  # fmt: skip


async def _answered(desk: Desk, mode: str, question: str) -> dict[str, Any]:
    request = desk.question(question)
    assert request.messages == (text_message("user", question),)
    fold = RunFold()
    Listening.told.clear()
    async for batch in desk.engine.run(request):
        for event in batch:
            fold.add(event)
    assert fold.finished is not None, (question, fold.failed)
    return {
        "kind": "answer", "mode": mode, "name": question, "now": NOW.isoformat(), "question": question,
        "text": fold.text, "computed": msgspec.to_builtins(Listening.told),
        "results": [_result(one.name, one.arguments, one.model_content, f"call_{at}") for at, one in enumerate(fold.traces)],
    }  # fmt: skip


def _result(tool: str, arguments: str, output: str, call_id: str) -> dict[str, str]:
    return {"tool": tool, "arguments": arguments, "output": output, "call_id": call_id}


if __name__ == "__main__":
    asyncio.run(main(has_calls="calls" in sys.argv[1:]))
