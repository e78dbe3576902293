"""What a coin of the simulated world is: its identity, life and temper."""

from __future__ import annotations

from math import exp, log
from typing import Literal

from msgspec import Struct

from cryptodesk.market.records import Asset
from cryptodesk.market.simulation.days import DAYS

__all__ = [
    "ALL_REAL_PLACES",
    "FIRST_INVENTED_ID",
    "FIRST_PLACE",
    "MOST_RANKED",
    "NEVER",
    "OFFSETS",
    "Coin",
    "Origin",
    "Redenomination",
    "Rename",
    "cap_at",
]

Origin = Literal["real", "invented", "collision", "impostor", "lookalike", "hostile", "stablecoin"]

FIRST_INVENTED_ID = 2_000_000_000
NEVER = DAYS + 1
OFFSETS = 1 << 18

# Places in the line of sizes: the first are the anchors' own, then come real coins, then all kinds.
FIRST_PLACE = 8
ALL_REAL_PLACES = 40
# Of the real and of the invented coins; nobody checks the supply of more.
MOST_RANKED = 3_000

_LARGEST_CAP_USD = 6e10
_CAP_STEEPNESS = 1.15


class Rename(Struct, frozen=True, gc=False):
    """The name and ticker a coin bore before `day`."""

    day: int
    name: str
    symbol: str


class Redenomination(Struct, frozen=True, gc=False):
    """From `day` on one new coin stands for `ratio` old ones."""

    day: int
    ratio: float


class Coin(Struct, frozen=True, kw_only=True, gc=False):
    """A coin as of the end of time. `born` <= its days < `ends`. `price` and `supply` are of the anchor day, in the
    units of its first day.

    `load` is its share in its sector's moves, `wobble` the daily volatility of its own, read from the bank of walks at
    `offset`; `swing` scales the day's bridge and `key` picks it. `turnover` is the share of its cap traded on an
    ordinary day.
    Totals of the market are of coins that `is_ranked`: nobody checked the others' supply."""

    asset: Asset
    origin: Origin
    born: int
    ends: int
    sector: int
    price: float
    supply: float
    beta: float
    load: float
    wobble: float
    offset: int
    swing: float
    key: int
    turnover: float
    dex_share: float
    growth: float
    max_supply: float | None = None
    is_ranked: bool = True
    gap_threshold: int = 0
    currency: str | None = None
    target_id: int | None = None
    model_id: int | None = None
    rename: Rename | None = None
    redenomination: Redenomination | None = None

    @property
    def is_stable(self) -> bool:
        return self.currency is not None


def cap_at(place: float, noise: float) -> float:
    """The market cap of a place in line, in US dollars, off by the factor `exp(noise)`."""
    return _LARGEST_CAP_USD * exp(noise - _CAP_STEEPNESS * log(place))
