"""Scripts for the research graph: models that do their part well, lazily, lyingly, in a loop, slowly or not at all.

They tell the graph's nodes apart by what is asked of them: a JSON object by its schema's name, tools, or a text."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal, Protocol, TypeAlias

from cryptodesk.core.errors import UpstreamBadAnswer
from cryptodesk.core.events import ReasoningDelta, TextDelta, ToolCallDelta
from cryptodesk.core.generation import ModelRequest
from cryptodesk.core.messages import ToolResultPart

__all__ = ["RESEARCH", "Step", "Turn", "asset_ids"]

Step: TypeAlias = TextDelta | ReasoningDelta | ToolCallDelta | Literal["pause"]

_FACT = re.compile(r"(?m)^(f\d+) \| ([^|\n]+) \| ([^|\n]+) \|[^\n]*\| ?(s\d+)?[^\n|]*$")
_NAME = re.compile(r"\b[A-Z][A-Za-z]{2,}\b")
_PASSAGE = re.compile(r"(?m)^\[1\] source: (s\d+) [^\n]*\n⟦\w+ ([^\n]+?\.)(?=\s)")
_MOST_FACTS = 3
_LIE = "It trades at $1,234,567.89 [[s1]] and rose 999% in a week [[s99]]. "


class Turn(Protocol):
    """What a script knows of its request."""

    @property
    def request(self) -> ModelRequest: ...
    @property
    def upstream(self) -> str: ...
    @property
    def user_text(self) -> str: ...
    @property
    def results(self) -> tuple[ToolResultPart, ...]: ...
    def call(self, name: str, arguments: str) -> Iterator[Step]: ...
    def tool_of(self, result: ToolResultPart) -> str: ...


Script = Callable[[Turn], Iterator[Step]]


def _asked_for(turn: Turn) -> str:
    """The name of the object that is asked for; "tools" or "text" where none is."""
    asked = turn.request.response_format
    return asked.name if asked is not None else "tools" if turn.request.tools else "text"


def _question(turn: Turn) -> str:
    return turn.user_text.rpartition("user: ")[2].strip()


def _objects(turn: Turn) -> dict[str, dict[str, Any]]:
    question = _question(turn)
    return {
        "research_plan": {"tasks": [question], "searches": [question]},
        "kept_passages": {"keep": [1, 2]},
        "evidence_review": {},
        "refused_citations": {"refused": [1]},
        "related_questions": {
            "questions": [
                "How volatile was Bitcoin over the last 90 days?",
                "Will Bitcoin reach a million dollars?",
                "What is the maximum drawdown of Ethereum over the last year?",
            ]
        },
    }


def _good(turn: Turn) -> Iterator[Step]:
    asked = _asked_for(turn)
    if asked == "tools":
        yield from _gather(turn)
    elif asked == "text":
        yield from _write(turn)
    else:
        yield TextDelta(json.dumps(_objects(turn).get(asked, {})))


def _gather(turn: Turn) -> Iterator[Step]:
    """Names first, then the market's figures of what they mean, then no more."""
    called = {turn.tool_of(result) for result in turn.results}
    ids = [found for result in turn.results for found in asset_ids(result.content)][:2]
    if not called:
        # The first word of a question has a capital whatever it is.
        names = ", ".join(dict.fromkeys(_NAME.findall(turn.user_text.partition(" ")[2]))) or turn.user_text[:80]
        yield from turn.call("cmc_id_lookup", json.dumps({"query": names}))
    elif "cmc_market_data" not in called and ids:
        arguments = {"asset_type": "coin", "ids": ids, "metrics": ["price", "returns"]}
        yield from turn.call("cmc_market_data", json.dumps(arguments))
    else:
        yield TextDelta("done")


def _write(turn: Turn) -> Iterator[Step]:
    facts = _FACT.findall(turn.user_text)[:_MOST_FACTS]
    for name, owner, what, source in facts:
        yield TextDelta(f"The {what.strip()} of {owner.strip()} is ")
        yield TextDelta("{{" + name + "}}")
        yield TextDelta(f" [[{source}]]. " if source else ". ")
    if not facts:
        yield TextDelta("No data were found for this question.")


def _quoting(turn: Turn) -> Iterator[Step]:
    """The first sentence of the first passage, with its mark."""
    yield from _good(turn)
    passage = _PASSAGE.search(turn.user_text) if _asked_for(turn) == "text" else None
    if passage is not None:
        yield TextDelta(f"{passage[2].strip()} [[{passage[1]}]]")


def _lazy(turn: Turn) -> Iterator[Step]:
    asked = _asked_for(turn)
    if asked in {"tools", "text"}:
        yield TextDelta("done" if asked == "tools" else "It depends on many things.")
    else:
        yield TextDelta("{}" if asked != "research_plan" else json.dumps({"tasks": [_question(turn)]}))


def _lying(turn: Turn) -> Iterator[Step]:
    if _asked_for(turn) != "text":
        yield from _good(turn)
        return
    yield TextDelta(_LIE)
    yield from _write(turn)


def _looping(turn: Turn) -> Iterator[Step]:
    if _asked_for(turn) == "tools":
        yield from turn.call("cmc_id_lookup", '{"query":"Bitcoin"}')
    else:
        yield from _good(turn)


def _slow(turn: Turn) -> Iterator[Step]:
    for step in _good(turn):
        yield "pause"
        yield step


def _broken(turn: Turn) -> Iterator[Step]:
    if _asked_for(turn) in {"tools", "text"}:
        raise UpstreamBadAnswer(f"{turn.upstream} answered with nonsense", upstream=turn.upstream)
    yield TextDelta('{"tasks": ["what is')


def _cut(turn: Turn) -> Iterator[Step]:
    if _asked_for(turn) != "text":
        yield from _good(turn)
        return
    yield TextDelta("This sentence is whole. This one is not and ends")
    raise UpstreamBadAnswer(f"{turn.upstream} cut its answer short", upstream=turn.upstream)


RESEARCH: Mapping[str, Script] = {
    "research_good": _good,
    "research_lazy": _lazy,
    "research_lying": _lying,
    "research_looping": _looping,
    "research_slow": _slow,
    "research_quoting": _quoting,
    "research_broken": _broken,
    "research_cut": _cut,
}


def asset_ids(content: str) -> list[Any]:
    """Every `asset_id` in a JSON text, in order, each once; none if it is not JSON."""
    try:
        waiting: list[Any] = [json.loads(content)]
    except ValueError:
        return []
    found: list[Any] = []
    while waiting:
        value = waiting.pop(0)
        if isinstance(value, dict):
            if value.get("asset_id") is not None and value["asset_id"] not in found:
                found.append(value["asset_id"])
            value = list(value.values())
        if isinstance(value, list):
            waiting[:0] = value
    return found
