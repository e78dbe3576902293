"""What open interest, funding and liquidations look like in words, and a coin's own figures of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from msgspec import Struct

from cryptodesk.models.analyst.evidence import Evidence
from cryptodesk.models.analyst.formats import big_money, to_decimal, trimmed
from cryptodesk.models.analyst.questions import AssetRef
from cryptodesk.models.analyst.results import Result
from cryptodesk.models.analyst.text import shown
from cryptodesk.models.analyst.tool_names import MARKET_DATA
from cryptodesk.models.analyst.writer.draft import Fact, as_number, join_names

__all__ = ["PAYMENTS_A_YEAR", "CoinRow", "derivative_rows", "funding_words", "liquidated", "rate", "row_facts"]

# Funding is paid three times a day.
PAYMENTS_A_YEAR = 3 * 365


class CoinRow(Struct, frozen=True):
    """One coin's row of a result."""

    result: Result
    row: Mapping[str, Any]

    @property
    def asset_id(self) -> str:
        return str(self.row.get("asset_id"))

    @property
    def label(self) -> str:
        name, symbol = shown(self.row.get("name"), 60), self.symbol
        if name and symbol and name != symbol:
            return f"{name} ({symbol})"
        return name or symbol or f"Asset {self.asset_id}"

    @property
    def symbol(self) -> str:
        return shown(self.row.get("symbol"), 24)

    def figure(self, *path: str) -> Decimal | None:
        found: Any = self.row
        for step in path:
            found = found.get(step) if isinstance(found, Mapping) else None
        return to_decimal(found)

    def rows(self, name: str) -> list[Mapping[str, Any]]:
        found = self.row.get(name)
        return [row for row in found if isinstance(row, Mapping)] if isinstance(found, list) else []

    def why(self, *fields: str) -> str:
        """Why the first of these fields is missing for this coin."""
        for field in fields:
            for gap in self.result.unavailable:
                if gap.field == field and gap.asset_id in {None, self.asset_id}:
                    return shown(gap.reason, 200)
        return "the result does not have it"


def derivative_rows(evidence: Evidence) -> dict[str, CoinRow]:
    """Every coin of the results that were asked for derivatives, by id."""
    found: dict[str, CoinRow] = {}
    for result in evidence.results_of(MARKET_DATA):
        metrics = result.arguments.get("metrics")
        if isinstance(metrics, list) and "derivatives" not in metrics:
            continue
        for row in result.rows("results"):
            coin = CoinRow(result, row)
            found.setdefault(coin.asset_id, coin)
    return found


def rate(value: Decimal) -> str:
    """Funding with its sign, fine enough to tell hundredths of a basis point."""
    places = 4 if abs(value) >= Decimal("0.0001") or value == 0 else 7
    return f"{'+' if value > 0 else ''}{trimmed(value, places)}%"


def funding_words(value: Decimal) -> str:
    """Who pays whom: the words agree with the sign."""
    size = rate(abs(value)).lstrip("+")
    if value == 0:
        return "neither side pays the other"
    return f"longs pay shorts **{size}** per 8 hours" if value > 0 else f"shorts pay longs **{size}** per 8 hours"


def liquidated(coin: CoinRow, window: str) -> str:
    """ "$2.97 billion of positions were closed by force in 24 hours ($2.48 billion long, $495.34 million short)"."""
    total = coin.figure("liquidations", window, "total")
    if total is None:
        return ""
    sides = [
        f"{big_money(value)} {side}"
        for side in ("long", "short")
        if (value := coin.figure("liquidations", window, side)) is not None
    ]
    hours = window.removesuffix("h")
    span = f"in {hours} hour{'' if hours == '1' else 's'}"
    return f"**{big_money(total)}** of positions were liquidated {span}{f' ({join_names(sides)})' if sides else ''}"


def row_facts(coin: CoinRow, asset: AssetRef | None = None) -> list[Fact]:
    units = {"open_interest": "USD", "futures_volume_24h": "USD", "funding_rate_pct_8h": "percent"}
    paths: Sequence[tuple[str, ...]] = (*((name,) for name in units), ("liquidations", "24h", "total"))
    facts = []
    for path in paths:
        value = coin.figure(*path)
        if value is not None:
            own = (
                o
                for o in coin.result.origins
                if path[0] in o.fields and (not o.asset_ids or coin.asset_id in o.asset_ids)
            )
            origin = next(own, None)
            facts.append(
                Fact(
                    ".".join(path),
                    as_number(value),
                    units.get(path[0], "USD"),
                    shown(coin.row.get("name"), 80),
                    coin.symbol,
                    asset.asset_id if asset else coin.row.get("asset_id"),
                    origin.as_of if origin else coin.result.as_of,
                    origin.source if origin else ", ".join(coin.result.sources),
                )
            )
    return facts
