"""A question as it was understood: the intent and its slots."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, Literal

from msgspec import Struct

from cryptodesk.models.analyst.ports import AssetId

__all__ = [
    "MARKET_INTENTS",
    "Amount",
    "AssetRef",
    "Doubt",
    "Intent",
    "Period",
    "PeriodKind",
    "Plan",
]

Intent = Literal[
    "quote",
    "change",
    "history",
    "extremes",
    "comparison",
    "worth",
    "conversion",
    "arithmetic",
    "lookup",
    "definition",
    "greeting",
    "thanks",
    "capabilities",
    "prediction",
    "advice",
    "declined",
    "skill",
    "bare",
    "unclear",
    "empty",
]

MARKET_INTENTS: frozenset[Intent] = frozenset(
    {"quote", "change", "history", "extremes", "comparison", "worth", "conversion"}
)

PeriodKind = Literal["hours", "days", "span", "day", "all"]


class Period(Struct, frozen=True):
    """A stretch of time. `hours` and `days` count back from the newest datum (`count`); `span` and `day` are
    calendar dates, both ends included; `all` is everything on record.

    `label` is how it is said back. `is_weak` marks a word such as "today" that asks for no history by itself.
    `problem` says why the words make no usable period.
    """

    kind: PeriodKind
    label: str
    count: int = 0
    start: date | None = None
    end: date | None = None
    is_weak: bool = False
    problem: str | None = None


class Amount(Struct, frozen=True):
    """A number of the question with what stands beside it. `unit` is a currency code, "%", or "" if bare."""

    value: Decimal
    unit: str
    start: int
    end: int


class AssetRef(Struct, frozen=True):
    """An asset the question names. `asset_id` is None while only a lookup can tell. `note` is what must be said of the
    choice."""

    asset_id: AssetId | None
    symbol: str
    name: str
    text: str
    start: int = 0
    confidence: float = 1.0
    note: str = ""

    @property
    def label(self) -> str:
        return f"{self.name} ({self.symbol})" if self.symbol and self.symbol != self.name else self.name


class Doubt(Struct, frozen=True):
    """Words that may mean any of several assets."""

    text: str
    candidates: tuple[AssetRef, ...]


class Plan(Struct, frozen=True):
    """What is to be answered. `measures` are names of `measures.MEASURES`; `topic` names what is declined.

    Of the intent "skill", `skill` names the module in `skills/` and `slots` is what it read for itself. `rivals` are
    what else the question may have meant, with the confidence of each. `weighed` are the readings that lay too near
    each other for the rules alone, with the probability that the head gave to each.

    `target` is the asset or currency code a conversion ends in; `currency` is what figures are quoted in.
    """

    intent: Intent
    confidence: float
    assets: tuple[AssetRef, ...] = ()
    measures: tuple[str, ...] = ()
    period: Period | None = None
    amount: Amount | None = None
    currency: str = "USD"
    target: AssetRef | str | None = None
    expression: str | None = None
    doubts: tuple[Doubt, ...] = ()
    topic: str | None = None
    is_follow_up: bool = False
    is_english: bool = True
    dropped_assets: int = 0
    left_out_period: str | None = None
    skill: str = ""
    slots: Any = None
    rivals: tuple[tuple[str, float], ...] = ()
    weighed: tuple[tuple[str, float], ...] = ()

    @property
    def all_assets(self) -> tuple[AssetRef, ...]:
        """The named assets and the asset a conversion ends in."""
        return (*self.assets, self.target) if isinstance(self.target, AssetRef) else self.assets
