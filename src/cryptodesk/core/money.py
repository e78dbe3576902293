"""What is said of money beside the ledger's own entries: budgets, holds, receipts, quotes, and use by key and day.

Amounts are exact `Decimal` US dollars; times are unix seconds; days and months are calendar ones in UTC."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Literal, Protocol

from msgspec import Struct

from cryptodesk.core.ports import Batch, Entry
from cryptodesk.core.requests import Caller, RunRequest
from cryptodesk.core.usage import Usage

__all__ = [
    "Budget",
    "BudgetState",
    "Hold",
    "HoldWanted",
    "Holds",
    "MoneyDesk",
    "Needs",
    "Outcome",
    "Period",
    "Quote",
    "Receipt",
    "UsageRow",
]

# "credit" is what a prepaid account was credited in all.
Period = Literal["day", "month", "total", "credit"]
Outcome = Literal["finished", "cancelled", "failed"]


class Budget(Struct, frozen=True):
    """The most that a key or an account may spend in a period, held amounts included. `scope_id` is a key's or an
    account's id. Of a prepaid account the credit is such a limit too."""

    scope: Literal["key", "account"]
    scope_id: str
    period: Period
    limit_usd: Decimal


class BudgetState(Struct, frozen=True):
    """A budget with what is spent of it and what is held, now."""

    budget: Budget
    spent_usd: Decimal
    held_usd: Decimal


class Hold(Struct, frozen=True):
    """Money set aside for a run until it is settled: its worst case, or its own cap where that is less. `lapses_at` is
    when it is given back if the process that held it is gone. With `is_cap` the run must not cost more."""

    run_id: str
    amount_usd: Decimal
    lapses_at: float
    is_cap: bool = False


class Needs(Struct, frozen=True):
    """`modest_usd` is what a run of short answers may cost, `least_usd` the dearest its first call can be with hardly
    any answer; NaN where a price is unknown."""

    modest_usd: Decimal
    least_usd: Decimal


class HoldWanted(Struct, frozen=True):
    """What a run may need. `worst_usd` is its worst case, NaN where a price is unknown; `needs` computes the rest, for
    there is seldom a question of less. `cost_usd` is the run's own cap."""

    run_id: str
    caller: Caller
    model_id: str
    price_version: str
    worst_usd: Decimal
    needs: Callable[[], Needs]
    created_at: float
    lapses_at: float
    cost_usd: Decimal | None = None


class Receipt(Struct, frozen=True):
    """What a run has cost, by its id, for its own account. `status` "open" is a run that is still held; `entries` are
    its lines in the ledger; `is_estimated` marks a sum of which a part was never reported by the provider."""

    run_id: str
    status: Literal["open", "settled"]
    outcome: str | None
    model_id: str
    served_by: tuple[str, ...]
    usage: Usage
    total_usd: Decimal
    held_usd: Decimal
    is_estimated: bool
    created_at: float
    entries: tuple[Entry, ...] = ()


class Quote(Struct, frozen=True):
    """What a request would cost: `low` for a short answer at once, `likely` from what such runs cost, `worst` with
    every round, tool and output token that its limits allow, and a second turn where the dialect has one. `basis` says
    in words what each rests on."""

    model_id: str
    price_version: str
    low_usd: Decimal
    likely_usd: Decimal
    worst_usd: Decimal
    input_tokens: int
    basis: tuple[str, ...] = ()


class UsageRow(Struct, frozen=True):
    """What was used in one day by one key with one model. `runs` counts runs, `refunded_usd` what was given back."""

    day: date
    key_id: str
    model_id: str
    runs: int
    usage: Usage
    charged_usd: Decimal
    refunded_usd: Decimal


class Holds(Protocol):
    """Sets money aside before it is spent."""

    async def reserve(self, wanted: HoldWanted) -> Hold:
        """Returns once the hold is on disk and counts against every budget of its key and account. A caller that is
        cancelled meanwhile holds nothing.

        Raises: OutOfCredit over budget, BudgetSpent where the run's own cap is too low, LedgerUnavailable."""
        ...

    def release(self, batch: Batch, wanted: HoldWanted, hold: Hold, outcome: Outcome) -> None:
        """Gives it back in the transaction that charges the run."""
        ...


class MoneyDesk(Protocol):
    """What the edge may ask about money; each caller of its own account alone."""

    async def quote(self, request: RunRequest) -> Quote:
        """Calls no model. Raises: ModelNotFound."""
        ...

    async def receipt(self, caller: Caller, run_id: str) -> Receipt | None: ...

    async def usage(self, caller: Caller, first: date, last: date) -> Sequence[UsageRow]:
        """Days `first` to `last`, both included, the newest first."""
        ...

    async def budgets(self, caller: Caller) -> Sequence[BudgetState]: ...
