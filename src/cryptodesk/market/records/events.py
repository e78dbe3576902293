"""What happened or will happen on a date: unlocks, raises, the macro calendar."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from msgspec import Struct

from cryptodesk.market.records.provenance import Provenance

__all__ = ["FundraisingRound", "MacroEvent", "Unlock", "UnlockSchedule"]


class Unlock(Struct, frozen=True):
    """Coins that become transferable at a moment. `pct_of_supply` is of the maximum or total supply, in percent."""

    unlock_at: datetime
    amount: float
    pct_of_supply: float | None = None
    recipients: str | None = None
    is_linear: bool = False


class UnlockSchedule(Struct, frozen=True, kw_only=True):
    """An asset's dated unlocks, oldest first, past and future, as known at `provenance.known_at`."""

    asset_id: int
    symbol: str
    provenance: Provenance
    unlocks: tuple[Unlock, ...] = ()

    @property
    def key(self) -> str:
        return str(self.asset_id)


class FundraisingRound(Struct, frozen=True, kw_only=True):
    """Money raised by a project, announced on a date. `asset_id` is its coin, where it has one."""

    ENTITY: ClassVar[str] = "project"

    project: str
    announced_at: datetime
    provenance: Provenance
    asset_id: int | None = None
    round: str | None = None
    amount_usd: float | None = None
    valuation_usd: float | None = None
    lead_investors: tuple[str, ...] = ()
    investors: tuple[str, ...] = ()
    sector: str | None = None
    url: str | None = None

    @property
    def key(self) -> str:
        return f"{self.project}:{self.announced_at:%Y-%m-%d}:{self.round or ''}"


class MacroEvent(Struct, frozen=True, kw_only=True):
    """A scheduled publication or decision. Figures are the publisher's own text ("3.1 %"), None before they are out."""

    ENTITY: ClassVar[str] = "name"

    name: str
    happens_at: datetime
    provenance: Provenance
    country: str | None = None
    importance: str | None = None
    actual: str | None = None
    forecast: str | None = None
    previous: str | None = None
    url: str | None = None

    @property
    def key(self) -> str:
        return f"{self.name}:{self.happens_at:%Y-%m-%dT%H:%M}"
