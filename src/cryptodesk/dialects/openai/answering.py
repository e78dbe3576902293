"""The answer's own object `cryptodesk`. docs/dialects/openai.md describes it; the web app is built on exactly this.

A stream sends each member as soon as it is whole, once: joined over all frames (lists of `progress` one after the
other) they are the object of the buffered body."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any, Literal
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from cryptodesk.core.events import Progress, RunEvent, RunFinished, ToolCallFinished, ToolCallStarted
from cryptodesk.core.messages import Citation
from cryptodesk.core.research import CitedSource, ResearchStep
from cryptodesk.core.tools import ToolTrace
from cryptodesk.core.usage import RunReceipt, decimal_text
from cryptodesk.dialects._annotations import Annotation, Link, link_markers, link_whole
from cryptodesk.dialects._ports import ReadAsset
from cryptodesk.dialects.openai.asking import INCLUDES

__all__ = ["ExtraEncoder", "WireStep", "WireTrace"]

_json = msgspec.json.Encoder(decimal_format="string").encode


class WireStep(Struct, omit_defaults=True):
    """A tool that runs (`id` is its call), or a node of the research graph (`id` is its name)."""

    kind: Literal["tool", "step"]
    id: str
    name: str
    status: str
    arguments: str | None = None
    form: str | None = None
    detail: str | None = None
    duration_ms: float | None = None


class _WireResult(Struct):
    """Where the result is: figures of `verification` name the same `ref`. `characters` is the length of its JSON."""

    ref: str
    characters: int


class WireTrace(Struct, omit_defaults=True):
    call_id: str
    name: str
    arguments: str
    status: str
    duration_ms: float
    source: list[str] = []
    as_of: str | None = None
    mode: list[str] = []
    result: _WireResult | None = None
    notes: list[str] = []
    unavailable: list[Any] = []
    citations: Sequence[Citation] = ()
    error: str | None = None


class _Envelope(Struct):
    """What every tool says of its own result."""

    as_of: str | None = None
    source: list[str] | str | None = None
    provenance: list[dict[str, Any]] = []
    notes: list[str] = []
    unavailable: list[Any] = []


_read_envelope = msgspec.json.Decoder(_Envelope).decode
_UNSAID = _Envelope()


class ExtraEncoder:
    """Gathers what one run tells of itself, and encodes it: member by member, each with its name."""

    __slots__ = ("_assets", "_include", "_steps", "_tells_progress", "traces")

    def __init__(self, include: frozenset[str], assets: Sequence[ReadAsset] = ()) -> None:
        self._include = include
        self._assets = assets
        self._steps: list[WireStep] = []
        self._tells_progress = "progress" in include
        self.traces: list[ToolTrace] = []

    def add(self, event: RunEvent) -> None:
        """For every event but texts."""
        if isinstance(event, ToolCallFinished):
            self.traces.append(event.trace)
        if self._tells_progress:
            step = _step(event)
            if step is not None:
                self._steps.append(step)

    # -- frames and bodies: a member `cryptodesk` with a comma before it, or nothing -----------------------------------

    def opening(self) -> bytes:
        """What is known before the run answers."""
        return _wrapped(self._known(()))

    def progress(self) -> bytes:
        """The steps since the last look."""
        if not self._steps:
            return b""
        steps, self._steps = self._steps, []
        return _wrapped([b'"progress":' + _json(steps)])

    def closing(self, finished: RunFinished) -> bytes:
        return _wrapped(list(self._ending(finished)))

    def whole(self, finished: RunFinished) -> bytes:
        """The buffered body's object."""
        return _wrapped([*self._known(self._steps), *self._ending(finished)])

    def links(self, text: str, finished: RunFinished) -> list[Link]:
        return [each.url_citation for each in self._links(text, finished)]

    def annotations(self, text: str, finished: RunFinished) -> bytes:
        """OpenAI's links to what is cited, as a list."""
        return _json(self._links(text, finished))

    def has_annotations(self, finished: RunFinished) -> bool:
        return any(source.url for source in self._sources(finished))

    # -- members -------------------------------------------------------------------------------------------------------

    def _known(self, steps: Sequence[WireStep]) -> list[bytes]:
        members = [b'"resolution":' + _json(self._assets)] if "resolution" in self._include else []
        return [*members, b'"progress":' + _json(steps)] if self._tells_progress else members

    def _ending(self, finished: RunFinished) -> Iterator[bytes]:
        if self._include:
            research = finished.research
            if research is not None:
                yield b'"research":' + _json({"status": research.status, "choices": research.choices})
            if finished.limit is not None:
                yield b'"limit":' + _json(finished.limit)
        for name in INCLUDES:
            if name in self._include and name not in ("resolution", "progress"):
                yield b'"%b":%b' % (name.encode(), _json(self._member(name, finished)))

    def _member(self, name: str, finished: RunFinished) -> Any:
        research = finished.research
        match name:
            case "provenance":
                return [_trace(trace) for trace in self.traces]
            case "outputs":
                return {trace.call_id: _output(trace) for trace in self.traces}
            case "verification":
                return finished.verification
            case "citations":
                return self._sources(finished)
            case "charts":
                return () if research is None else research.charts
            case "related":
                return () if research is None else research.related_questions
            case _:
                return None if finished.receipt is None else _receipt(finished.receipt)

    def _links(self, text: str, finished: RunFinished) -> list[Annotation]:
        sources = self._sources(finished)
        return link_whole(text, sources) if finished.research is None else link_markers(text, sources)

    def _sources(self, finished: RunFinished) -> Sequence[CitedSource]:
        if finished.research is not None:
            return finished.research.sources
        cited = {citation.url: citation for trace in self.traces for citation in trace.citations or ()}
        return [_source(number, citation) for number, citation in enumerate(cited.values(), 1)]


def _wrapped(members: list[bytes]) -> bytes:
    return b',"cryptodesk":{%b}' % b",".join(members) if members else b""


def _step(event: RunEvent) -> WireStep | None:
    match event:
        case ToolCallStarted(call):
            return WireStep("tool", call.call_id, call.name, "started", call.arguments)
        case ToolCallFinished(trace):
            return WireStep("tool", trace.call_id, trace.name, trace.status, duration_ms=round(trace.duration_ms, 1))
        case Progress(step):
            return _research_step(step)
        case _:
            return None


def _research_step(step: ResearchStep) -> WireStep:
    took = None if step.status == "started" else round(step.duration_ms, 1)
    return WireStep("step", step.node, step.node, step.status, None, step.form, step.detail or None, took)


def _trace(trace: ToolTrace) -> WireTrace:
    said = _envelope(trace)
    modes = dict.fromkeys(str(each["mode"]) for each in said.provenance if each.get("mode"))
    source = [said.source] if isinstance(said.source, str) else said.source or []
    return WireTrace(
        trace.call_id,
        trace.name,
        trace.arguments,
        trace.status,
        round(trace.duration_ms, 1),
        source,
        said.as_of,
        list(modes),
        None if trace.output is None else _WireResult(trace.call_id, len(trace.output)),
        said.notes,
        said.unavailable,
        trace.citations or (),
        (trace.error_message or "the tool failed") if trace.status == "failed" else None,
    )


def _envelope(trace: ToolTrace) -> _Envelope:
    if trace.output is None:
        return _UNSAID
    try:
        return _read_envelope(trace.output)
    except msgspec.DecodeError:
        return _UNSAID


def _output(trace: ToolTrace) -> Any:
    """The result as the caller may see it; null where it may not, or there is none."""
    if trace.output is None:
        return None
    try:
        return msgspec.json.decode(trace.output)
    except msgspec.DecodeError:
        return trace.output


def _source(number: int, citation: Citation) -> CitedSource:
    try:
        domain = urlsplit(citation.url).hostname or ""
    except ValueError:
        domain = ""
    return CitedSource(
        number,
        f"document:{citation.url}",
        "document",
        domain.removeprefix("www.") or citation.source,
        citation.title,
        citation.url,
        citation.published_at,
    )


def _receipt(receipt: RunReceipt) -> dict[str, Any]:
    """Amounts are strings, so that no reader rounds them; null where a price is unknown."""
    return {
        "run_id": receipt.run_id,
        "total_usd": _amount(receipt.total_usd),
        "held_usd": _amount(receipt.held_usd),
        "price_versions": receipt.price_versions,
        "is_estimated": receipt.is_estimated,
    }


def _amount(amount: Decimal) -> str | None:
    return None if amount.is_nan() else decimal_text(amount)
