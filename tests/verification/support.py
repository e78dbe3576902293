"""What the tests of the verifier share: checking an answer over recorded or hand-made results, and scores."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any

from msgspec import Struct

from cryptodesk.verification import CheckedFigure, Checker, Gate, Policy, ToolResult, Verification
from cryptodesk.verification.verdicts import BAD
from tests.verification.model_lies import lies_in_model_prose
from tests.verification.own_lies import own_lies
from tests.verification.planting import Lie, lies_in_answers, lies_in_prose
from tests.verification.prose import Prose, fill, proses, results_of
from tests.verification.recorded import Recorded, Result, recorded_answers

__all__ = [
    "NOW",
    "Score",
    "check",
    "checker_for",
    "gate_for",
    "honest_answers",
    "judged_lies",
    "market",
    "quote",
    "score_honest",
    "score_lies",
    "score_own_lies",
    "verdicts",
]

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def quote(asset_id: int, name: str, symbol: str, **fields: Any) -> dict[str, Any]:
    return {"asset_id": asset_id, "name": name, "symbol": symbol, "slug": name.lower(), **fields}


BITCOIN = quote(
    1, "Bitcoin", "BTC", price=78264.1, market_cap=1.5715705e12, volume_24h=12031993000.0, rank=1,
    percent_change_24h=-0.20592766, percent_change_7d=1.2472186, percent_change_30d=22.403749,
    circulating_supply=20080350.0, max_supply=21000000.0, ath=126208.5, ath_time="2025-10-06", percent_from_ath=-37.99,
)  # fmt: skip
ETHEREUM = quote(
    1027, "Ethereum", "ETH", price=2466.97, volume_24h=8974550400.0, rank=2, percent_change_24h=-0.68038988,
    percent_change_7d=3.1812155, percent_change_30d=31.760766,
)  # fmt: skip


def market(*rows: dict[str, Any], call_id: str = "call_1", currency: str = "USD") -> ToolResult:
    body = {
        "market_data_result": {"quote_currency": currency, "results": list(rows or (BITCOIN, ETHEREUM))},
        "as_of": "2026-09-10T00:00:00Z",
    }
    return ToolResult(
        "cmc_market_data", json.dumps({"ids": [row["asset_id"] for row in rows]}), json.dumps(body), call_id
    )


def check(text: str, *results: ToolResult, asked: Sequence[str] = ()) -> Verification:
    return Checker(results or (market(),), asked, NOW).check(text)


def verdicts(text: str, *results: ToolResult, asked: Sequence[str] = ()) -> dict[str, str]:
    """Each figure of the text with its verdict."""
    return {figure.text: figure.verdict for figure in check(text, *results, asked=asked).figures}


def _taken(results: Iterable[Result]) -> list[ToolResult]:
    return [ToolResult(one.tool, one.arguments, one.output, one.call_id) for one in results]


def checker_for(source: Prose | Recorded, *, is_own: bool = False) -> Checker:
    """`is_own`: the analyst's text as a run has it, with what its code handed over; else anybody's."""
    results = results_of(source) if isinstance(source, Prose) else source.results
    computed = source.computed if is_own and isinstance(source, Recorded) else ()
    return Checker(_taken(results), [source.question], NOW, computed)


def gate_for(source: Prose, policy: Policy) -> Gate:
    gate = Gate(policy, [source.question], NOW)
    for one in results_of(source):
        gate.add_result(one.tool, one.arguments, one.output, one.call_id)
    return gate


class Score(Struct, frozen=True):
    """`wrong` lists what went wrong, for the message of a failed test."""

    total: int
    wrong: tuple[str, ...]

    @property
    def wrong_ratio(self) -> float:
        return len(self.wrong) / self.total


def honest_answers(kind: str) -> list[tuple[Prose | Recorded, str]]:
    """`analyst` are the analyst's own answers, with what it handed over; else prose of that kind."""
    if kind == "analyst":
        return [(answer, answer.text) for answer in recorded_answers() if answer.results]
    return [(prose, fill(prose).text) for prose in proses(kind)]


def score_honest(kind: str, *, thirds: Sequence[int] = (0, 1, 2)) -> Score:
    """False alarms among the figures of honest answers; every third answer was held out while the verifier was made."""
    figures: list[CheckedFigure] = []
    wrong: list[str] = []
    for at, (source, text) in enumerate(honest_answers(kind)):
        if at % 3 in thirds:
            found = checker_for(source, is_own=True).check(text).figures
            figures += found
            wrong += [f"{source.question!r}: {one.text} {one.reason}" for one in found if one.verdict in BAD]
    return Score(len(figures), tuple(wrong))


_LIES = dict.fromkeys(("model", "fresh", "blind"), lies_in_model_prose)


@cache
def judged_lies(kind: str) -> Sequence[tuple[Lie, list[CheckedFigure]]]:
    """Each planted lie with what was found about the false figure."""
    judged: list[tuple[Lie, list[CheckedFigure]]] = []
    lies = lies_in_answers() if kind == "analyst" else _LIES.get(kind, lies_in_prose)(kind)
    for source, lie in lies:
        figures = checker_for(source).check(lie.text).figures
        judged.append((lie, [one for one in figures if one.start < lie.end and one.end > lie.start]))
    return judged


@cache
def score_own_lies() -> Mapping[str, Score]:
    """By kind the lies in the analyst's answers, read with what it handed over, of which no false figure was found."""
    totals: Counter[str] = Counter()
    missed: dict[str, list[str]] = {}
    for answer, lie in own_lies():
        figures = checker_for(answer, is_own=True).check(lie.text).figures
        totals[lie.kind] += 1
        bad = [one for one in figures if one.verdict in BAD]
        if not any(one.start < end and one.end > start for one in bad for start, end in lie.spans):
            start, end = lie.spans[0]
            missed.setdefault(lie.kind, []).append(
                f"{answer.mode} {answer.question!r} ({lie.note}): …{lie.text[max(0, start - 60) : end + 20]}"
            )
    return {kind: Score(total, tuple(missed.get(kind, ()))) for kind, total in totals.items()}


def score_lies(kind: str, *, thirds: Sequence[int] = (0, 1, 2)) -> Score:
    """Lies that passed: nothing in the false figure's place was contradicted or unbound."""
    judged = [(lie, found) for lie, found in judged_lies(kind) if lie.source % 3 in thirds]
    missed = [
        f"{lie.kind} ({lie.note}): …{lie.text[max(0, lie.start - 60) : lie.end]}"
        for lie, found in judged
        if not any(one.verdict in BAD for one in found)
    ]
    return Score(len(judged), tuple(missed))
