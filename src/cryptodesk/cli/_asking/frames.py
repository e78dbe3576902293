"""From the frames of a server's stream back to the events that the server made them of."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

import msgspec

from cryptodesk.core.errors import UpstreamBadAnswer
from cryptodesk.core.events import (
    Progress,
    RunEvent,
    RunFinished,
    RunStarted,
    TextDelta,
    ToolCallFinished,
    ToolCallStarted,
)
from cryptodesk.core.messages import Citation, ToolCallPart
from cryptodesk.core.research import Chart, CitedSource, ResearchOutcome, ResearchStep
from cryptodesk.core.tools import ToolTrace
from cryptodesk.core.usage import Cost, RunReceipt, Usage
from cryptodesk.core.verification import Verification

__all__ = ["FrameReader"]

_UNKNOWN = Decimal("NaN")

T = TypeVar("T")


class FrameReader:
    """Reads the frames of one answer in their order. Text comes out as it comes in, the rest with `finish`."""

    def __init__(self, server: str) -> None:
        self._server = server
        self._told: dict[str, Any] = {}
        self._reason: str | None = None
        self._usage = Usage()
        self._has_started = False

    def read(self, frame: dict[str, Any]) -> Iterator[RunEvent]:
        """Raises: UpstreamBadAnswer for a frame that is none of this dialect."""
        try:
            yield from self._events(frame)
        except (AttributeError, KeyError, TypeError, ValueError, msgspec.ValidationError) as error:
            raise self._bad(f"a frame of its stream cannot be read: {error}") from None

    def finish(self) -> Iterator[RunEvent]:
        """Raises: UpstreamBadAnswer where the stream broke off."""
        if self._reason is None:
            raise self._bad("the stream ended before the answer did")
        try:
            yield from map(ToolCallFinished, self._traces())
            yield self._finished()
        except (AttributeError, KeyError, TypeError, ValueError, msgspec.ValidationError) as error:
            raise self._bad(f"what it told beside the answer cannot be read: {error}") from None

    def _events(self, frame: dict[str, Any]) -> Iterator[RunEvent]:
        if not self._has_started:
            self._has_started = True
            yield _started(frame)
        told = frame.get("cryptodesk") or {}
        for step in told.get("progress") or ():
            event = _step(step)
            if event is not None:
                yield event
        self._told |= {name: value for name, value in told.items() if name != "progress"}
        for choice in frame["choices"]:
            if text := choice["delta"].get("content"):
                yield TextDelta(str(text))
            self._reason = choice.get("finish_reason") or self._reason
        if frame.get("usage"):
            self._usage = _usage(frame["usage"])

    def _finished(self) -> RunFinished:
        told = self._told
        receipt = _receipt(told.get("receipt"))
        return RunFinished(
            self._reason,  # type: ignore[arg-type]  # a word that is shown, never acted on
            self._usage,
            Cost(receipt.total_usd if receipt else _UNKNOWN),
            receipt.is_estimated if receipt else False,
            told.get("limit"),
            _converted(told.get("verification"), Verification),
            self._research(),
            receipt,
        )

    def _research(self) -> ResearchOutcome | None:
        told, found = self._told, self._told.get("research")
        if found is None:
            return None
        return ResearchOutcome(
            found["status"],
            _converted(told.get("citations") or [], tuple[CitedSource, ...]) or (),
            _converted(told.get("charts") or [], tuple[Chart, ...]) or (),
            tuple(map(str, told.get("related") or ())),
            tuple(map(str, found.get("choices") or ())),
        )

    def _traces(self) -> Iterator[ToolTrace]:
        outputs = self._told.get("outputs") or {}
        for trace in self._told.get("provenance") or ():
            output = outputs.get(trace["call_id"])
            text = None if output is None else msgspec.json.encode(output).decode()
            yield ToolTrace(
                trace["call_id"],
                trace["name"],
                trace["arguments"],
                trace["status"],
                text or "",
                text,
                citations=_converted(trace.get("citations"), tuple[Citation, ...]),
                error_message=trace.get("error"),
                duration_ms=float(trace["duration_ms"]),
            )

    def _bad(self, what: str) -> UpstreamBadAnswer:
        return UpstreamBadAnswer(f"{self._server}: {what}.", upstream=self._server)


def _started(frame: dict[str, Any]) -> RunStarted:
    run_id = str(frame["id"]).removeprefix("chatcmpl-")
    return RunStarted(run_id, int(frame["created"]), str(frame["model"]), str(frame.get("service_tier", "default")))


def _step(step: dict[str, Any]) -> RunEvent | None:
    if step["kind"] == "tool":
        call = ToolCallPart(step["id"], step["name"], step.get("arguments", "{}"))
        return ToolCallStarted(call) if step["status"] == "started" else None
    took = float(step.get("duration_ms") or 0.0)
    detail = str(step.get("detail") or "")
    return Progress(ResearchStep(step["name"], step.get("form") or "rules", step["status"], detail, took))


def _usage(wire: dict[str, Any]) -> Usage:
    read, written = wire.get("prompt_tokens_details") or {}, wire.get("completion_tokens_details") or {}
    reasoning = int(written.get("reasoning_tokens") or 0)
    return Usage(
        int(wire["prompt_tokens"]),
        int(wire["completion_tokens"]) - reasoning,
        int(read.get("cached_tokens") or 0),
        reasoning,
    )


def _receipt(wire: dict[str, Any] | None) -> RunReceipt | None:
    if wire is None:
        return None
    versions = tuple(map(str, wire.get("price_versions") or ()))
    total, held = _amount(wire.get("total_usd")), _amount(wire.get("held_usd"))
    return RunReceipt(str(wire["run_id"]), total, held, versions, bool(wire.get("is_estimated")))


def _amount(text: str | None) -> Decimal:
    """What is not told or is no amount stays unknown."""
    try:
        return _UNKNOWN if text is None else Decimal(text)
    except InvalidOperation:
        return _UNKNOWN


def _converted(value: Any, kind: type[T]) -> T | None:
    return None if value is None else msgspec.convert(value, kind, strict=False)
