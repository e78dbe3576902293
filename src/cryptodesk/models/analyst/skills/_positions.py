"""What is held, with its price, value and cost; exact decimals throughout, rounded only where they are shown."""

# ruff: noqa: E501 - a sentence of an answer reads better on one line

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from msgspec import Struct

from cryptodesk.models.analyst.evidence import Holding as Evident
from cryptodesk.models.analyst.formats import coins, money, percent, to_decimal
from cryptodesk.models.analyst.questions import AssetRef
from cryptodesk.models.analyst.results import Result
from cryptodesk.models.analyst.series import read_series
from cryptodesk.models.analyst.skills._holdings import Holding, Slots, bought_on
from cryptodesk.models.analyst.text import shown
from cryptodesk.models.analyst.tool_names import MARKET_DATA
from cryptodesk.models.analyst.writer.draft import Setting, join_names
from cryptodesk.models.analyst.writer.figures import missing
from cryptodesk.models.analyst.writer.table import table

__all__ = [
    "Position", "Whole", "figures_of_positions", "figures_of_sale", "missing_of", "positions_of", "profit_table", "said_cost", "said_sale",
    "value_table", "whole_of",
]  # fmt: skip

# A cell that has no meaning, other than one whose value is not known.
_BLANK = "–"
_MOVES = (("24 hours", "percent_change_24h"), ("7 days", "percent_change_7d"))


class Position(Struct, frozen=True):
    """`coins` and what follows are None where they cannot be known; `why` tells then. `bought` is the day whose close
    stands in for the price paid."""

    asset_id: int | str | None
    name: str
    symbol: str
    coins: Decimal | None
    price: Decimal | None
    cost: Decimal | None
    bought: date | None
    moves: tuple[Decimal | None, ...]
    currency: str
    as_of: str
    result: Result | None
    why: str = ""

    @property
    def value(self) -> Decimal | None:
        return None if self.coins is None or self.price is None else self.coins * self.price

    @property
    def amount_text(self) -> str:
        return coins(self.coins, self.symbol) or self.symbol


class Whole(Struct, frozen=True):
    """All positions with a value. `cost` sums those whose cost is known, `priced_value` is what these are worth."""

    known: tuple[Position, ...]
    value: Decimal
    cost: Decimal | None
    priced_value: Decimal
    moves: tuple[tuple[str, Decimal], ...]
    has_gaps: bool
    sold_share: Decimal | None
    sold_id: int | str | None

    @property
    def currency(self) -> str:
        return self.known[0].currency

    @property
    def as_of(self) -> str:
        return min(one.as_of for one in self.known)

    @property
    def results(self) -> tuple[Result | None, ...]:
        return tuple({id(one.result): one.result for one in self.known}.values())

    @property
    def is_all_bought(self) -> bool:
        return all(one.cost is not None for one in self.known)

    def say(self, value: Decimal) -> str:
        return money(value, self.currency) or "n/a"


def positions_of(setting: Setting, slots: Slots) -> list[Position]:
    """One for each amount that was said; of a follow-up about another asset, the same amount of that."""
    assets = {str(asset.asset_id): asset for asset in setting.resolved.assets}
    named = [(assets.get(str(one.asset_id)), one) for one in slots.holdings]
    if not any(asset for asset, _ in named) and len(named) == 1 and len(assets) == 1:
        named = [(next(iter(assets.values())), named[0][1])]
    return [_position(setting, asset, one, slots) for asset, one in named if asset is not None]


def _position(setting: Setting, asset: AssetRef, one: Holding, slots: Slots) -> Position:
    found = setting.evidence.holding(asset)
    price = to_decimal(found.values.get("price")) if found else None
    day = None if one.is_bought else bought_on(one, setting.today)
    paid = one.price if one.price is not None else _close_on(setting, asset, day)
    held = _coins(one, paid, price)
    cost = one.cost if one.cost is not None else None if paid is None or held is None else held * paid
    result = next((each for each in setting.evidence.results_of(MARKET_DATA) if found and _holds(each, asset)), None)
    return Position(
        asset.asset_id, shown(asset.name or asset.symbol, 80), shown(asset.symbol or asset.name, 24),
        held, price, one.amount if one.is_money and paid is not None else cost, day,
        tuple(to_decimal(found.values.get(field)) if found else None for _, field in _MOVES),
        found.block.currency if found else "USD", _as_of(found), result, _why(setting, asset, found),
    )  # fmt: skip


def _holds(result: Result, asset: AssetRef) -> bool:
    rows = result.rows("results")
    return any(str(row.get("asset_id")) == str(asset.asset_id) and "price" in row for row in rows)


def _as_of(found: Evident | None) -> str:
    own = found.values.get("last_updated") if found else ""
    return own if isinstance(own, str) else found.block.as_of if found else ""


def _coins(one: Holding, paid: Decimal | None, price: Decimal | None) -> Decimal | None:
    if not one.is_money:
        return one.amount
    rate = paid if paid is not None else price
    return one.amount / rate if rate else None


def _close_on(setting: Setting, asset: AssetRef, day: date | None) -> Decimal | None:
    if day is None:
        return None
    for result in setting.evidence.results_of(MARKET_DATA):
        for row in result.rows("results"):
            series = read_series(row.get("history")) if str(row.get("asset_id")) == str(asset.asset_id) else None
            found = next((bar.close for bar in series.bars if bar.day == day), None) if series else None
            if found is not None:
                return found
    return None


def _why(setting: Setting, asset: AssetRef, found: Evident | None) -> str:
    if found is not None:
        return missing(found, "price")
    reasons = [
        gap.reason
        for result in setting.evidence.results_of(MARKET_DATA)
        for gap in result.unavailable
        if gap.asset_id in {None, str(asset.asset_id)} and not gap.field.startswith("percent_change")
    ]
    return shown("; ".join(dict.fromkeys(reasons)), 200) or "the result does not have it"


def missing_of(positions: Sequence[Position]) -> str:
    """Which prices, today's or of the day of buying, are not known."""
    parts = [f"The price of {one.name} is not available: {one.why}." for one in positions if one.value is None]
    for one in positions:
        if one.bought is not None and one.cost is None and one.value is not None:
            parts.append(f"There is no close of {one.name} on {one.bought.isoformat()}, so its cost is not known.")
    return " ".join(dict.fromkeys(parts))


def whole_of(positions: Sequence[Position], slots: Slots) -> Whole | None:
    known = tuple(one for one in positions if one.value is not None)
    if not known:
        return None
    bought = [one for one in known if one.cost is not None]
    return Whole(
        known,
        sum((one.value or Decimal(0) for one in known), Decimal(0)),
        sum((one.cost or Decimal(0) for one in bought), Decimal(0)) if bought else None,
        sum((one.value or Decimal(0) for one in bought), Decimal(0)),
        tuple((label, change) for at, (label, _) in enumerate(_MOVES) if (change := _move(known, at)) is not None),
        len(known) < len(positions),
        slots.sold_share,
        slots.sold_id,
    )


def _move(known: Sequence[Position], at: int) -> Decimal | None:
    """The change of the same coins as a whole, in percent; None where that of any of them is not known."""
    now = before = Decimal(0)
    for one in known:
        change = one.moves[at]
        if change is None or change <= -100 or one.value is None:
            return None
        now += one.value
        before += one.value / (1 + change / 100)
    return (now - before) / before * 100 if before else None


def value_table(whole: Whole) -> str:
    """One row an asset, however many lots of it there are."""
    rows: list[list[str | None]] = []
    for one in {str(one.asset_id): one for one in whole.known}.values():
        lots = [each for each in whole.known if str(each.asset_id) == str(one.asset_id)]
        held = sum((each.coins or Decimal(0) for each in lots), Decimal(0))
        value = sum((each.value or Decimal(0) for each in lots), Decimal(0))
        weight = percent(value / whole.value * 100, signed=False) if whole.value else None
        changes = [percent(change) for change in one.moves]
        rows.append(
            [one.name, coins(held, one.symbol), whole.say(one.price or Decimal(0)), whole.say(value), weight, *changes]
        )
    total = [percent(dict(whole.moves).get(label)) for label, _ in _MOVES]
    rows.append(["Total", _BLANK, _BLANK, whole.say(whole.value), "100.00%", *total])
    return table(["Asset", "Amount", "Price", "Value", "Weight", "24 h", "7 d"], rows)


def profit_table(whole: Whole) -> str:
    bought = [one for one in whole.known if one.cost is not None]
    if len(bought) < 2:
        return ""
    rows: list[list[str | None]] = []
    for one in bought:
        cost, value = one.cost or Decimal(0), one.value or Decimal(0)
        share = percent((value - cost) / cost * 100) if cost else None
        paid = money(cost / one.coins, one.currency) if one.coins else None
        rows.append([one.amount_text, paid, whole.say(cost), whole.say(value), whole.say(value - cost), share])
    return table(["Bought", "Price paid", "Cost", "Value", "Gain or loss", "In percent"], rows)


def said_cost(whole: Whole) -> str:
    """What stands in for prices that were not said, and what a coin cost on the average where there are lots of it."""
    lots = [one for one in whole.known if one.cost is not None]
    days = [f"{one.name} at the close of {one.bought.isoformat()}" for one in lots if one.bought]
    text = f"Cost basis: {join_names(days)}." if days else ""
    held = sum((one.coins or Decimal(0) for one in lots), Decimal(0))
    if len(lots) > 1 and len({str(one.asset_id) for one in lots}) == 1 and held and whole.cost is not None:
        text += f" The average price paid is {whole.say(whole.cost / held)} per {lots[0].symbol}."
    return text.strip()


def figures_of_positions(whole: Whole) -> list[tuple[str, float, str, str, str, int | str | None]]:
    """Field, value, unit and asset of the figures in the tables that are no amounts: weights and gains."""
    found: list[tuple[str, float, str, str, str, int | str | None]] = [("weight_pct", 100.0, "percent", "", "", None)]
    for one in {str(one.asset_id): one for one in whole.known}.values():
        lots = [each for each in whole.known if str(each.asset_id) == str(one.asset_id)]
        value = sum((each.value or Decimal(0) for each in lots), Decimal(0))
        owner = (one.name, one.symbol, one.asset_id)
        if whole.value:
            found.append(("weight_pct", float(value / whole.value * 100), "percent", *owner))
        for at, lot in enumerate(lots, 1):
            if lot.cost:
                gain = (lot.value or Decimal(0)) - lot.cost
                found.append((f"cost.{at}", float(lot.cost), whole.currency, *owner))
                found.append((f"pnl.{at}", float(gain), whole.currency, *owner))
                found.append((f"pnl_pct.{at}", float(gain / lot.cost * 100), "percent", *owner))
    return found


def figures_of_sale(whole: Whole) -> list[tuple[str, float, str]]:
    """Field, value and unit of what `said_sale` says."""
    share = whole.sold_share
    if share is None:
        return []
    sold = [one for one in whole.known if whole.sold_id is None or str(one.asset_id) == str(whole.sold_id)]
    value = sum((one.value or Decimal(0) for one in sold), Decimal(0))
    found = [
        ("sold_pct", float(share * 100), "percent"),
        ("sale_value", float(value * share), whole.currency),
        ("value_left", float(whole.value - value * share), whole.currency),
    ]
    found += [(f"sold_coins.{at}", float((one.coins or 0) * share), one.symbol) for at, one in enumerate(sold, 1)]
    if all(one.cost is not None for one in sold):
        gain = (value - sum((one.cost or Decimal(0) for one in sold), Decimal(0))) * share
        found.append(("sale_gain", float(gain), whole.currency))
    return found


def said_sale(whole: Whole) -> str:
    """What a sale of the share would bring at these prices, and what would be left."""
    share = whole.sold_share
    if share is None:
        return ""
    sold = [one for one in whole.known if whole.sold_id is None or str(one.asset_id) == str(whole.sold_id)]
    value = sum((one.value or Decimal(0) for one in sold), Decimal(0))
    what = join_names([coins((one.coins or Decimal(0)) * share, one.symbol) or one.symbol for one in sold])
    text = f"Selling {percent(share * 100, signed=False)} ({what}) at these prices would bring {whole.say(value * share)} before fees and leave {whole.say(whole.value - value * share)}."
    if all(one.cost is not None for one in sold):
        gain = (value - sum((one.cost or Decimal(0) for one in sold), Decimal(0))) * share
        text += f" Of that, {whole.say(abs(gain))} would be {'gain' if gain >= 0 else 'loss'} against the cost."
    return text
