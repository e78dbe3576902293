"""A tape made into bytes: pruned, redacted where that is wanted, of a bounded size and without any secret."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Any

from msgspec import structs

from cryptodesk.app.recording.edge import is_filler, is_whole
from cryptodesk.app.recording.format import Asked, Given, Recording, Redaction, TapedStream, TapedTool, encode
from cryptodesk.app.recording.tape import RunTape
from cryptodesk.core.events import ModelFinished, ModelStarted, ReasoningDelta, TextDelta, ToolCallDelta
from cryptodesk.core.generation import ModelRequest
from cryptodesk.core.messages import ToolResultPart
from cryptodesk.dialects._ports import Message

__all__ = ["CODES", "asked_hash", "close_tape", "redact", "secrets_among", "without_secrets"]

CODES: dict[type[Any], str] = {
    TextDelta: "x",
    ReasoningDelta: "r",
    ToolCallDelta: "c",
    ModelStarted: "b",
    ModelFinished: "e",
}
_REDACTED = "the texts were left out, as the setting `recording` wants it"
_LEAST_SECRET = 8
_FENCE = "⟦".encode()
_MARK = re.compile(re.escape(_FENCE) + rb"([0-9a-f]{6,64})")


def close_tape(tape: RunTape, *, most_bytes: int, is_redacted: bool) -> bytes:
    """The recording of a run that is over, before its secrets are taken out."""
    recording = tape.recording
    # One call that follows from the request's own bytes alone needs no hash of what was asked.
    is_plain = len(tape.asked) == 1 and not (recording.is_listed or recording.order or recording.turn is not None)
    for taped, request in tape.asked:
        if tape.has_room(len(taped.times)):
            taped.codes = "".join(map(CODES.__getitem__, map(type, taped.events)))
            if not is_plain:
                taped.asked = asked_hash(request)
        else:
            taped.times, taped.sizes, taped.events = [], [], []
    if tape.sent and tape.has_room(len(tape.sent)):
        _note_answer(recording.given, tape.sent)
    if is_redacted or recording.missing:
        redact(recording, recording.missing or _REDACTED)
    body = encode(recording)
    if len(body) > most_bytes:
        redact(recording, f"the recording is larger than {most_bytes} bytes")
        body = encode(recording)
    if len(body) > most_bytes:
        recording.tools, recording.earlier, recording.finished = [], [], None
        body = encode(recording)
    return body


def _note_answer(given: Given, sent: Sequence[Message]) -> None:
    start = sent[0]
    given.status, given.headers = start["status"], start["headers"]
    pieces = [message.get("body", b"") for message in sent[1:]]
    given.pieces = pieces if len(pieces) == 1 else [piece for piece in pieces if not is_filler(piece)]
    given.is_whole = is_whole(sent)


def asked_hash(request: ModelRequest) -> bytes:
    """Of all that a model was asked. Its tools go by their names: their descriptions are the program's."""
    named = (
        request.upstream_model,
        request.messages,
        [tool.name for tool in request.tools],
        request.tool_choice,
        request.response_format,
        request.temperature,
        request.max_output_tokens,
        request.reasoning_effort,
        request.as_of,
    )
    return sha256(_without_marks(encode(named))).digest()[:16]


def _without_marks(encoded: bytes) -> bytes:
    """The marks of fences around quoted texts are made anew for every run, so that no text can know them."""
    if _FENCE in encoded:
        for mark in set(_MARK.findall(encoded)):
            encoded = encoded.replace(mark, b"-" * len(mark))
    return encoded


def redact(recording: Recording, why: str) -> None:
    """Puts hashes in place of what the user and the desk wrote. Tool results, figures, times and money stay."""
    recording.missing = why
    asked, given = recording.asked, recording.given
    _hash(recording, "request", [asked.body or (encode(asked.run) if asked.run is not None else b"")])
    _hash(recording, "answer", given.pieces)
    if recording.text:
        _hash(recording, "text", [piece.encode("utf-8", "surrogatepass") for piece in recording.text])
    recording.earlier = []
    if recording.turn is not None:
        offered = set(recording.turn.built_in_tools)
        parts = [part for message in recording.turn.messages for part in message.parts]
        recording.earlier = [part for part in parts if isinstance(part, ToolResultPart) and part.name in offered]
    recording.asked = Asked(asked.path, asked.headers, left_at=asked.left_at, is_keyed=asked.is_keyed)
    recording.given = Given(given.status, given.headers, [], given.is_whole)
    recording.text, recording.turn, recording.lookups, recording.order = [], None, [], []
    recording.streams = [_without_texts(taped) for taped in recording.streams]
    recording.tools = [_without_arguments(taped) for taped in recording.tools]
    if recording.finished is not None:
        recording.finished = structs.replace(recording.finished, research=None)


def _hash(recording: Recording, name: str, pieces: Iterable[bytes]) -> None:
    whole = b"".join(pieces)
    recording.redacted[name] = Redaction(sha256(whole).hexdigest(), len(whole))


def _without_texts(taped: TapedStream) -> TapedStream:
    """Who answered, why it ended and what it took."""
    facts = [event for event in taped.events if isinstance(event, ModelStarted | ModelFinished)]
    codes = "".join(CODES[type(event)] for event in facts)
    plain = [_without_computed(event) for event in facts]
    return structs.replace(taped, times=[], sizes=[], events=plain, codes=codes)


def _without_computed(event: Any) -> Any:
    return structs.replace(event, computed=()) if isinstance(event, ModelFinished) else event


def _without_arguments(taped: TapedTool) -> TapedTool:
    """Calls are written from the user's words; what they returned is data."""
    hashed = sha256(taped.call.arguments.encode("utf-8", "surrogatepass")).hexdigest()
    trace = None if taped.trace is None else structs.replace(taped.trace, arguments=f"sha256:{hashed}")
    return structs.replace(taped, call=structs.replace(taped.call, arguments=f"sha256:{hashed}"), trace=trace)


def without_secrets(frames: list[tuple[str, bytes]], secrets: Sequence[bytes]) -> list[tuple[str, bytes]]:
    """Recordings by their run's id, each of the same length, so that what is around a secret can still be read."""
    # All at once: in a long text a search leaps over most of it.
    whole = b"".join([body for _, body in frames])
    for secret in secrets:
        if secret in whole:
            frames = [(run_id, body.replace(secret, b"*" * len(secret))) for run_id, body in frames]
    return frames


def secrets_among(values: Iterable[str]) -> tuple[bytes, ...]:
    """What is long enough to be looked for, the longest first."""
    found = {value.encode() for value in values if len(value) >= _LEAST_SECRET}
    return tuple(sorted(found, key=len, reverse=True))
