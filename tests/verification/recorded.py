"""Reads the recorded answers and tool outputs."""

from __future__ import annotations

import gzip
from functools import cache
from pathlib import Path

import msgspec
from msgspec import Struct

from cryptodesk.core.events import ComputedFigure

__all__ = ["RECORDED", "Recorded", "Result", "recorded_answers", "recorded_call"]

RECORDED = Path(__file__).parent / "data" / "recorded.jsonl.gz"


class Result(Struct, frozen=True):
    tool: str
    arguments: str
    output: str
    call_id: str


class Recorded(Struct, frozen=True):
    """One conversation: an answer of the analyst with the figures that it handed over, or the output of one call (then
    `text` is empty)."""

    kind: str
    mode: str
    name: str
    now: str
    results: tuple[Result, ...]
    question: str = ""
    text: str = ""
    status: str = "completed"
    computed: tuple[ComputedFigure, ...] = ()


@cache
def recorded() -> tuple[Recorded, ...]:
    lines = gzip.decompress(RECORDED.read_bytes()).splitlines()
    return tuple(msgspec.json.decode(line, type=Recorded) for line in lines)


def recorded_answers() -> tuple[Recorded, ...]:
    return tuple(line for line in recorded() if line.kind == "answer")


def recorded_call(mode: str, name: str) -> Recorded:
    return next(line for line in recorded() if line.kind == "call" and (line.mode, line.name) == (mode, name))
