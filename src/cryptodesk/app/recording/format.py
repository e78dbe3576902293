"""What is kept of one run, and of the desk that ran it. Version 1 of the recording.

Moments on the tape ("offsets") are seconds since the request began, by the loop's own clock."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from msgspec import Raw, Struct, field

from cryptodesk.core.events import RunFinished
from cryptodesk.core.generation import ModelRoute
from cryptodesk.core.messages import ToolCallPart, ToolResultPart
from cryptodesk.core.money import Hold
from cryptodesk.core.ports import StoredTurn
from cryptodesk.core.requests import Caller, RunLimits, RunRequest
from cryptodesk.core.tools import ToolTrace
from cryptodesk.dialects._ports import DialectSettings

__all__ = [
    "VERSION",
    "Asked",
    "Circumstances",
    "Given",
    "Recording",
    "Redaction",
    "TapedError",
    "TapedLookup",
    "TapedStream",
    "TapedTool",
    "decode",
    "encode",
]

VERSION = 1


class Circumstances(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What all runs of a process have in common and an answer depends on."""

    version: int = VERSION
    program: str
    data: str
    simulated_seed: int
    simulated_coins: int
    verification: str
    citation_entailment: bool
    limits: RunLimits
    dialects: DialectSettings
    research_model: str
    built_in_tools: tuple[str, ...]


class TapedError(Struct, frozen=True, array_like=True):
    """An error by the name of its class. `fields` are its attributes beside the message."""

    name: str
    message: str
    fields: dict[str, Any] = {}


class TapedStream(Struct, array_like=True):
    """One attempt at a model. `codes` has a letter for each of the events; batch by batch, `times` are when they came
    (by the loop's own clock until they are read) and `sizes` how many they were. `end` is "finished",
    "error", or empty where whoever listened went away first. `asked` is a hash of what the model was asked."""

    provider: str
    upstream_model: str
    began: float
    asked: bytes = b""
    times: list[float] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    codes: str = ""
    events: list[Any] = field(default_factory=list)
    end: str = ""
    ended: float = 0.0
    error: TapedError | None = None


class TapedTool(Struct, array_like=True):
    """`trace` is None where the call was given up before it was done."""

    call: ToolCallPart
    began: float
    ended: float = 0.0
    trace: ToolTrace | None = None


class TapedLookup(Struct, array_like=True):
    """What a researched answer looked up beside its tools: a feed's records, a search's passages, a close call.
    `found` is empty where it was given up before it was done."""

    kind: str
    asked: bytes
    began: float
    ended: float = 0.0
    found: Raw = Raw(b"\xc0")


class Redaction(Struct, frozen=True):
    """What stands in place of a text that was not to be kept."""

    sha256: str
    size: int


class Asked(Struct, array_like=True):
    """The request as it came: by HTTP, else as the desk itself put it (`run`). No key is among the headers."""

    path: str = ""
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    body: bytes = b""
    left_at: float | None = None
    is_keyed: bool = False
    run: RunRequest | None = None


class Given(Struct, array_like=True):
    """The answer's status, headers and pieces, without what was only sent to keep the connection open. `is_whole` says
    that its last piece was sent."""

    status: int = 0
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    pieces: list[bytes] = field(default_factory=list)
    is_whole: bool = False


class Recording(Struct, array_like=True):
    """One run. `began_at` is the request's moment in unix seconds, `begun` the offset at which its run began. `order`
    are the labels of a researched run's events, batch by batch, and `durations_ms` what its steps took; `text` is the
    answer's where its figures were checked. `earlier` are results of tools that came with the request; where texts are
    left out, those of built-in tools in the turn that was followed up. `refusals` are
    routes that were left alone, with the number of attempts before. `missing` says why a replay is not possible."""

    run_id: str = ""
    began_at: float = 0.0
    zero: float = 0.0
    begun: float = 0.0
    caller: Caller | None = None
    dialect: str = ""
    model_id: str = ""
    asked: Asked = field(default_factory=Asked)
    given: Given = field(default_factory=Given)
    ids: list[str] = field(default_factory=list)
    nows: list[tuple[str, datetime]] = field(default_factory=list)
    unixes: list[tuple[str, float]] = field(default_factory=list)
    routes: dict[str, tuple[ModelRoute, ...]] = field(default_factory=dict)
    route_errors: dict[str, TapedError] = field(default_factory=dict)
    turn: StoredTurn | None = None
    turn_error: TapedError | None = None
    hold: Hold | None = None
    hold_error: TapedError | None = None
    streams: list[TapedStream] = field(default_factory=list)
    pauses: list[float | None] = field(default_factory=list)
    refusals: list[tuple[int, str, str]] = field(default_factory=list)
    tools: list[TapedTool] = field(default_factory=list)
    lookups: list[TapedLookup] = field(default_factory=list)
    order: list[list[str]] = field(default_factory=list)
    durations_ms: dict[str, float] = field(default_factory=dict)
    finished: RunFinished | None = None
    failed: TapedError | None = None
    is_listed: bool = False
    text: list[str] = field(default_factory=list)
    earlier: list[ToolResultPart] = field(default_factory=list)
    redacted: dict[str, Redaction] = field(default_factory=dict)
    missing: str = ""


_encoder = msgspec.msgpack.Encoder()
# Grown once instead of with every recording.
_buffer = bytearray(64 * 1024)
_decode = msgspec.msgpack.Decoder(Recording).decode


def encode(value: Any) -> bytes:
    """On one thread at a time."""
    _encoder.encode_into(value, _buffer)
    return bytes(_buffer)


def decode(body: bytes) -> Recording:
    """Raises: msgspec.ValidationError, msgspec.DecodeError."""
    recording = _decode(body)
    for taped in recording.streams:
        taped.times = [moment - recording.zero for moment in taped.times]
    return recording
