"""What the verifier costs: checking an answer, reading a result, passing text through."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from bench.components import Component, Figure, microseconds_per_call
from cryptodesk.core.events import ComputedFigure
from cryptodesk.verification import Checker, Gate, ToolResult
from cryptodesk.verification.facts import FactTable

__all__ = ["COMPONENT"]

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
CHECK_GOAL_MS, INDEX_GOAL_MS = 3.0, 2.0
OFF_GOAL_US, MARK_GOAL_US = 1.0, 2.0
TARGET_BYTES = 32_000


def _quote(asset_id: int, name: str, symbol: str, price: float) -> dict[str, Any]:
    return {
        "asset_id": asset_id, "name": name, "symbol": symbol, "slug": name.lower(), "rank": asset_id, "price": price,
        "market_cap": price * 2e7, "volume_24h": price * 3e5, "circulating_supply": 2e7, "percent_change_1h": -0.31,
        "percent_change_24h": -1.11, "percent_change_7d": 1.79, "percent_change_30d": -3.26, "percent_change_1y": 11.06,
        "history": {"interval": "1d", "headers": ["time", "close"],
                    "rows": [[f"2026-10-{day:02d}", price * (1 + day / 300)] for day in range(1, 31)]},
    }  # fmt: skip


def _result(*rows: dict[str, Any]) -> ToolResult:
    body = {"market_data_result": {"quote_currency": "USD", "results": list(rows)}, "as_of": "2026-11-21T12:00:00Z"}
    return ToolResult("cmc_market_data", '{"ids":[1]}', json.dumps(body), "call_1")


RESULTS = (
    _result(_quote(1, "Bitcoin", "BTC", 209352.25), _quote(1027, "Ethereum", "ETH", 7373.48)),
    _result(_quote(5426, "Solana", "SOL", 438.18)),
)
# 1,200 characters as a model writes them, with 27 figures.
ANSWER = (
    "Bitcoin is trading at $209,352.25, down 1.11% over the past 24 hours, while Ethereum changes hands at $7,373.48. "
    "Over the week BTC has gained 1.8%, and over 30 days it lost 3.3%; on a one-year view it is up 11.1%. Its market "
    "capitalization stands at $4.19 trillion, which makes it the largest cryptocurrency by a wide margin.\n\n"
    "- **Bitcoin (BTC)**: $209,352.25 (24h: -1.11%, 7d: +1.79%, 30d: -3.26%)\n"
    "- **Ethereum (ETH)**: $7,373.48 (24h: -1.11%, 7d: +1.79%, 30d: -3.26%)\n\n"
    "Trading was calm. Bitcoin's 24-hour volume came to $62.8 billion, which is more than what most other assets see "
    "in weeks, and Solana's volume was $131.5 million. Solana itself trades at $438.18 after a daily loss of 1.11%; "
    "with a market cap of $8.76 billion it remains well behind the two leaders, although many developers regard it "
    "as the most promising of the newer networks.\n\n"
    "| Asset | Price | 7 days |\n|---|---:|---:|\n| Bitcoin | $209,352.25 | +1.79% |\n| Solana | $438.18 | +1.79% |\n\n"
    "All figures are as of 2026-11-21 12:00 UTC. Past performance says nothing about the future, and none of this is "
    "advice to buy or to sell; it only sums up what the data show at this moment for the assets that you asked about.\n"
)


def measure() -> Sequence[Figure]:
    checker = Checker(RESULTS, ["How are BTC, ETH and SOL doing?"], NOW)
    found = checker.check(ANSWER)
    note = f"CPU; {len(ANSWER):,} characters, {len(found.figures)} figures, {found.counts.bound} bound"
    return [
        Figure("check of an answer, results read", _ms(lambda: checker.check(ANSWER)), "ms", note, CHECK_GOAL_MS),
        Figure("check of an answer, results read anew", _ms(_check_anew), "ms", "two results of 4 kB in all"),
        Figure("the same, written by code", _ms(_check_own), "ms", f"{len(HANDED_OVER)} figures handed over"),
        Figure("32 kB of rows, read and ordered by value", _ms(_index_rows), "ms", _index_note(), INDEX_GOAL_MS),
        Figure("32 kB of history, read", _ms(_index_history), "ms", "bars are read when first asked of", INDEX_GOAL_MS),
        Figure("a delta passed on, off", _feed_us("off"), "us", "CPU of one `feed`", OFF_GOAL_US),
        Figure("a delta passed on, mark", _feed_us("mark"), "us", "CPU of one `feed`", MARK_GOAL_US),
        Figure("a delta held or passed on, cut", _feed_us("cut"), "us", "checks included, four characters a delta"),
    ]


def _ms(call: Any) -> float:
    return microseconds_per_call(call) / 1_000


def _check_anew() -> None:
    Checker(RESULTS, ["How are BTC, ETH and SOL doing?"], NOW).check(ANSWER)


def _check_own() -> None:
    Checker(RESULTS, ["How are BTC, ETH and SOL doing?"], NOW, HANDED_OVER).check(ANSWER)


def _handed_over() -> tuple[ComputedFigure, ...]:
    """Every figure of the results, as code that copied them all would hand them over."""
    rows = [row for one in RESULTS for row in json.loads(one.output)["market_data_result"]["results"]]
    return tuple(
        ComputedFigure(
            value, key, "percent" if key.startswith("percent") else "USD", row["name"], row["symbol"], row["asset_id"]
        )
        for row in rows
        for key, value in row.items()
        if key in {"price", "market_cap", "volume_24h"} or key.startswith("percent")
    )


def _rows() -> ToolResult:
    rows: list[dict[str, Any]] = []
    while len(json.dumps(rows)) < TARGET_BYTES:
        number = len(rows) + 1
        rows.append(
            {
                key: value
                for key, value in _quote(number, f"Coin {number}", f"C{number}", 1.5 * number).items()
                if key != "history"
            }
        )
    return _result(*rows)


def _bars() -> ToolResult:
    row = _quote(1, "Bitcoin", "BTC", 209352.25)
    bar = ["2026-01-01", 209352.25, 211000.5, 208000.75, 210000.0, 31234567890.0]
    row["history"] = {
        "interval": "1d",
        "headers": ["time", "open", "high", "low", "close", "volume"],
        "rows": [bar] * 420,
    }
    return _result(row)


ROWS, BARS, HANDED_OVER = _rows(), _bars(), _handed_over()


def _index_rows() -> None:
    FactTable([ROWS]).near(1.0, 2.0)


def _index_history() -> None:
    FactTable([BARS]).near(1.0, 2.0)


def _index_note() -> str:
    return f"CPU; {len(ROWS.output):,} bytes, {len(FactTable([ROWS]).cells):,} numbers"


def _feed_us(policy: Any) -> float:
    gate = Gate(policy, [], NOW)
    for result in RESULTS:
        gate.add_result(result.tool, result.arguments, result.output, result.call_id)
    if policy == "cut":
        pieces = [ANSWER[at : at + 4] for at in range(0, len(ANSWER), 4)]
        return microseconds_per_call(lambda: [gate.feed(piece) for piece in pieces]) / len(pieces)
    return microseconds_per_call(lambda: gate.feed("four"))


COMPONENT = Component("verification", measure)
