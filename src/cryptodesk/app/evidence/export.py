"""Evidence of a run, from its recording, its lines in the ledger, and a replay made now."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from msgspec import structs

from cryptodesk.app.evidence.canonical import named_body, plain, sealed
from cryptodesk.app.evidence.ledger import load_sealed_lines
from cryptodesk.app.recording.format import Circumstances, Recording, Redaction, TapedStream, TapedTool, encode
from cryptodesk.app.replaying.compare import whole_body
from cryptodesk.app.replaying.replay import LoadedRun, Replayed
from cryptodesk.app.replaying.tape import events_of
from cryptodesk.core.events import CallPieces, ModelFinished, ModelStarted, ReasoningDelta, TextDelta, ToolCallDelta
from cryptodesk.core.messages import ToolResultPart
from cryptodesk.storage.database import Database

__all__ = ["build_evidence"]

_FIRST_ERROR = 400


def build_evidence(run: LoadedRun, replayed: Replayed | None, database: Database) -> dict[str, Any]:
    """`replayed` is None where no replay is possible."""
    recording = run.recording
    parts = {
        "run": _run(recording, run.circumstances),
        "question": _question(recording),
        "model_calls": [_model_call(number, taped) for number, taped in enumerate(recording.streams, 1)],
        "tool_calls": [*map(_tool_call, recording.tools), *_earlier_results(recording)],
        "clock": _clock(recording),
        "prices": _prices(recording),
        "money": _money(recording),
        "answer": _answer(recording),
        "verification": plain(recording.finished.verification) if recording.finished is not None else None,
        "replay": _replay(recording, replayed),
        "ledger": load_sealed_lines(database, recording.run_id),
    }
    return sealed({name: plain(part) for name, part in parts.items()})


def _run(recording: Recording, known: Circumstances) -> dict[str, Any]:
    caller, finished = recording.caller, recording.finished
    return {
        "run_id": recording.run_id,
        "account_id": caller.account_id if caller is not None else None,
        "key_id": caller.key_id if caller is not None else None,
        "dialect": recording.dialect,
        "model_id": recording.model_id,
        "requested_at": _moment(recording.began_at),
        "program": f"cryptodesk {known.program}",
        "data": known.data,
        "simulated_seed": known.simulated_seed if known.data == "simulated" else None,
        "policy": known.verification,
        "outcome": _outcome(recording),
        "finish_reason": finished.finish_reason if finished is not None else None,
        "limit": finished.limit if finished is not None else None,
        "error": recording.failed,
        "left_out": recording.missing or None,
    }


def _outcome(recording: Recording) -> str:
    if recording.failed is not None or recording.given.status >= _FIRST_ERROR:
        return "failed"
    if recording.finished is not None:
        return "finished"
    if not recording.given.is_whole:
        return "cancelled"
    return "failed" if any(taped.end == "error" for taped in recording.streams[-1:]) else "finished"


def _question(recording: Recording) -> dict[str, Any]:
    asked = recording.asked
    headers = {str(name, "latin-1"): str(value, "latin-1") for name, value in asked.headers}
    body = named_body(asked.body) if asked.run is None else {"request": plain(asked.run), **_hashed(encode(asked.run))}
    return {"path": asked.path, "headers": headers, **(_redacted(recording, "request") or body)}


def _answer(recording: Recording) -> dict[str, Any]:
    given = recording.given
    headers = {str(name, "latin-1"): str(value, "latin-1") for name, value in given.headers}
    known = {"status": given.status, "headers": headers, "is_whole": given.is_whole}
    body = _redacted(recording, "answer") or named_body(whole_body(given.pieces))
    text = "".join(recording.text) if recording.text else None
    return {**known, **body, "text": text, "text_sha256": _text_hash(recording, text)}


def _text_hash(recording: Recording, text: str | None) -> str | None:
    left_out = recording.redacted.get("text")
    if left_out is not None:
        return left_out.sha256
    return None if text is None else sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _redacted(recording: Recording, name: str) -> dict[str, Any] | None:
    left_out: Redaction | None = recording.redacted.get(name)
    return None if left_out is None else {"size": left_out.size, "sha256": left_out.sha256}


def _hashed(body: bytes) -> dict[str, Any]:
    return {"size": len(body), "sha256": sha256(body).hexdigest()}


def _model_call(number: int, taped: TapedStream) -> dict[str, Any]:
    events = events_of(taped.codes, taped.events)
    calls = CallPieces()
    for event in events:
        if isinstance(event, ToolCallDelta):
            calls.add(event)
    finished = next((event for event in reversed(events) if isinstance(event, ModelFinished)), None)
    return {
        "number": number,
        "provider": taped.provider,
        "upstream_model": taped.upstream_model,
        "model": next((event.model for event in events if isinstance(event, ModelStarted)), None),
        "asked": taped.asked.hex(),
        "began_ms": _ms(taped.began),
        "ended_ms": _ms(taped.ended) if taped.end else None,
        "end": taped.end or "closed",
        "error": taped.error,
        "finish_reason": finished.finish_reason if finished is not None else None,
        "usage": finished.usage if finished is not None else None,
        "text": "".join(event.text for event in events if isinstance(event, TextDelta)),
        "reasoning": "".join(event.text for event in events if isinstance(event, ReasoningDelta)),
        "calls": [structs.asdict(call) for _, call in calls.calls()],
    }


def _tool_call(taped: TapedTool) -> dict[str, Any]:
    trace = taped.trace
    return {
        "call_id": taped.call.call_id,
        "name": taped.call.name,
        "arguments": taped.call.arguments,
        "status": trace.status if trace is not None else "given up",
        "began_ms": _ms(taped.began),
        "ended_ms": _ms(taped.ended) if trace is not None else None,
        "content": trace.model_content if trace is not None else None,
        "citations": trace.citations if trace is not None else None,
        "error": trace.error_message if trace is not None else None,
    }


def _earlier_results(recording: Recording) -> Iterator[dict[str, Any]]:
    """Of the turn that this one follows up: its figures rest on them."""
    turn = recording.turn
    parts = [part for message in turn.messages for part in message.parts] if turn is not None else []
    kept = [part for part in parts if isinstance(part, ToolResultPart)]
    for part in [*kept, *recording.earlier]:
        status = "failed" if part.is_error else "completed"
        yield {
            "call_id": part.call_id,
            "name": part.name,
            "status": status,
            "content": part.content,
            "is_earlier": True,
        }


def _clock(recording: Recording) -> list[dict[str, Any]]:
    moments = [{"reader": reader, "at": moment} for reader, moment in recording.nows]
    return [*moments, *({"reader": reader, "at": _moment(unix)} for reader, unix in recording.unixes)]


def _prices(recording: Recording) -> list[dict[str, Any]]:
    routes = [route for routes in recording.routes.values() for route in routes]
    return [structs.asdict(route) for route in routes]


def _money(recording: Recording) -> dict[str, Any]:
    finished = recording.finished
    return {
        "lists_built_in_tools": recording.is_listed,
        "held_usd": recording.hold.amount_usd if recording.hold is not None else None,
        "tokens_usd": finished.cost.tokens_usd if finished is not None else None,
        "surcharge_usd": finished.cost.surcharge_usd if finished is not None else None,
        "usage": finished.usage if finished is not None else None,
        "is_estimated": finished.usage_is_estimated if finished is not None else None,
    }


def _replay(recording: Recording, replayed: Replayed | None) -> dict[str, Any]:
    if replayed is None:
        return {"is_possible": False, "reason": recording.missing, "difference": None, "strayed": None}
    return {
        "is_possible": True,
        "reason": None,
        "difference": replayed.difference or None,
        "strayed": replayed.strayed or None,
    }


def _ms(seconds: float) -> float:
    return round(seconds * 1e3, 3)


def _moment(unix_seconds: float) -> str:
    return datetime.fromtimestamp(unix_seconds, UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
