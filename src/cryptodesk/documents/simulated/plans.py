"""What a text is going to be, before it is written: enough to filter and to count, at a fraction of the cost."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Literal

from msgspec import Struct

from cryptodesk.documents.cleaning import clean_line
from cryptodesk.documents.records import DocumentType
from cryptodesk.documents.simulated.facts import Field, Hack
from cryptodesk.documents.simulated.grammar import pct_of, price_of
from cryptodesk.documents.simulated.story import Listing, Move, Raise, Unlock

__all__ = ["Fact", "Plan", "Role", "Side", "move_facts", "shown", "side_of"]

Side = Literal["up", "down", "flat"]
Role = Literal["ordinary", "copy", "near_copy", "spam", "hostile"]
Fact = Move | Listing | Unlock | Raise | Hack

# Below this change in percent a day counts as still.
_STILL_PCT = 0.7
_NAME_LENGTH = 60


class Plan(Struct, frozen=True, kw_only=True):
    """One text of a day. `number` is its place in its stream, `original` that of the text it copies.

    `kind` says what it tells, `fact` of whom or what; `field` is the state of the market it may compare with."""

    stream: str
    day: date
    number: int
    kind: str
    type: DocumentType
    published_at: datetime
    known_at: datetime
    role: Role = "ordinary"
    side: Side = "flat"
    language: str = "en"
    fact: Fact | None = None
    field: Field | None = None
    event_at: datetime | None = None
    original: int | None = None

    @property
    def asset_ids(self) -> tuple[int, ...]:
        asset_id = getattr(self.fact, "asset_id", None)
        return () if asset_id is None else (asset_id,)

    @property
    def document_id(self) -> str:
        return f"{self.day:%Y%m%d}-{self.stream}-{self.number:04d}"


def side_of(change_pct: float) -> Side:
    if abs(change_pct) < _STILL_PCT:
        return "flat"
    return "up" if change_pct > 0 else "down"


def shown(name: str) -> str:
    """A name as it can be printed in a line: names are whatever their owners like."""
    return clean_line(name, _NAME_LENGTH) or "a coin without a name"


def move_facts(move: Move) -> Mapping[str, str]:
    symbol = shown(move.symbol)
    return {
        "name": shown(move.name),
        "symbol": symbol,
        "tag": f"${symbol}",
        "pct": pct_of(move.change_pct),
        "number": pct_of(move.change_pct).removesuffix(" %"),
        "price": price_of(move.price_usd),
    }
