"""How a run ends on disk: the stored turn, the end of the claim and the ledger entries, in one transaction."""

from __future__ import annotations

import logging
from decimal import Decimal
from functools import reduce
from operator import add
from typing import Literal

from cryptodesk.core.errors import InternalError, LedgerUnavailable
from cryptodesk.core.money import Holds
from cryptodesk.core.ports import Batch, Database, Entry, Ledger, Pricing, StoredTurn, TurnState, TurnStore
from cryptodesk.core.usage import Cost, RunReceipt, Usage
from cryptodesk.engine.reserving import Reserving
from cryptodesk.engine.state import RunState, Spending

__all__ = ["Settlement", "is_estimated", "total_usage"]

log = logging.getLogger("cryptodesk.engine")

Outcome = Literal["finished", "cancelled", "failed"]
_NOTHING = Decimal(0)


def total_usage(spendings: list[Spending]) -> Usage:
    if len(spendings) == 1:  # nearly every run
        return spendings[0].usage
    return sum((spending.usage for spending in spendings), Usage())


def is_estimated(spendings: list[Spending]) -> bool:
    """Whether of any of them the provider never said what was used."""
    for spending in spendings:  # noqa: SIM110  a generator costs more than what it asks, in every run
        if spending.is_estimated:
            return True
    return False


def _total(costs: list[Cost]) -> Cost:
    # Not from 0 on: adding to it would round what one cost alone keeps in full.
    return reduce(add, costs) if costs else Cost(_NOTHING)


class Settlement:
    """Without `holds` nothing is set aside before a run."""

    def __init__(
        self, database: Database, turns: TurnStore, ledger: Ledger, pricing: Pricing, holds: Holds | None = None
    ) -> None:
        self._database = database
        self._turns = turns
        self._ledger = ledger
        self._pricing = pricing
        self._holds = holds
        self.reserving = Reserving(pricing, holds)

    def cost(self, state: RunState) -> Cost:
        """What the run has cost so far, exactly."""
        return _total(self._costs(state))

    async def finish(self, state: RunState) -> Cost:
        """Stores the turn if it can be followed up, ends the claim and charges. Returns once all of it is on disk.

        Raises: LedgerUnavailable if it is not."""
        batch = self._database.batch()
        turn = _open_turn(state)
        if turn is not None:
            self._turns.save(batch, turn)
        if state.claim is not None:
            self._turns.consume(batch, state.claim, completes=_completes(state))
        cost = self._charge(batch, state, "finished")
        # Committing hands the writes over before it waits: a caller that goes away now changes nothing any more.
        state.settled = True
        await _commit(batch, state)
        return cost

    async def abandon(self, state: RunState, outcome: Literal["cancelled", "failed"], *, charge: bool) -> Cost:
        """Ends a run that failed or was cancelled: the claim is given back, what was used is charged if asked.

        Raises: LedgerUnavailable if that is not on disk."""
        state.settled = True
        if state.claim is not None:
            await self._turns.release(state.claim)
        charges = charge and bool(state.spendings)
        if not charges and state.hold is None:
            return Cost(_NOTHING)
        batch = self._database.batch()
        cost = self._charge(batch, state, outcome) if charges else Cost(_NOTHING)
        if not charges:
            self._release(batch, state, outcome)
        await _commit(batch, state)
        return cost

    def receipt(self, state: RunState, cost: Cost) -> RunReceipt | None:
        """What the caller is told of the run's money, if it asked."""
        if "receipt" not in state.request.include:
            return None
        return RunReceipt(
            run_id=state.run_id,
            total_usd=cost.total_usd,
            held_usd=state.hold.amount_usd if state.hold is not None else _NOTHING,
            price_versions=tuple(dict.fromkeys(spent.route.price.version for spent in state.spendings)),
            is_estimated=is_estimated(state.spendings),
        )

    def _release(self, batch: Batch, state: RunState, outcome: Outcome) -> None:
        if self._holds is not None and state.hold is not None and state.hold_wanted is not None:
            self._holds.release(batch, state.hold_wanted, state.hold, outcome)

    def _costs(self, state: RunState) -> list[Cost]:
        listed = bool(state.request.built_in_tools)
        costs = [self._pricing.cost(spent.route, spent.usage, built_in_listed=listed) for spent in state.spendings]
        return costs if state.hold is None else _bounded(costs, state.spendings, state.hold.amount_usd)

    def _charge(self, batch: Batch, state: RunState, outcome: Outcome) -> Cost:
        costs = self._costs(state)
        entries: list[Entry] = []
        for number, (spending, cost) in enumerate(zip(state.spendings, costs, strict=True)):
            entries.append(_entry(state, spending, number, "charge", cost.tokens_usd, outcome))
            if cost.surcharge_usd:
                entries.append(_entry(state, spending, number, "surcharge", cost.surcharge_usd, outcome))
        self._release(batch, state, outcome)
        self._ledger.record(batch, entries)
        return _total(costs)


async def _commit(batch: Batch, state: RunState) -> None:
    """Raises: LedgerUnavailable. Why is for the log: the caller has no use for our files and disks."""
    try:
        await batch.commit()
    except InternalError as error:
        log.exception("run %s could not be recorded", state.run_id)
        raise LedgerUnavailable("The ledger cannot be written now, so nothing was recorded or charged.") from error


def _bounded(costs: list[Cost], spendings: list[Spending], held_usd: Decimal) -> list[Cost]:
    """What was only estimated is charged up to the hold and no further; what was reported is charged as it is."""
    if held_usd.is_nan() or not is_estimated(spendings):
        return costs
    reported = [cost for cost, spent in zip(costs, spendings, strict=True) if not spent.is_estimated]
    left = max(_NOTHING, held_usd - _total(reported).total_usd)
    bounded = []
    for cost, spent in zip(costs, spendings, strict=True):
        if not spent.is_estimated:
            bounded.append(cost)
            continue
        fits = cost.total_usd <= left
        bounded.append(cost if fits else Cost(min(cost.tokens_usd, left), max(_NOTHING, left - cost.tokens_usd)))
        left -= bounded[-1].total_usd
    return bounded


def _entry(
    state: RunState,
    spending: Spending,
    number: int,
    kind: Literal["charge", "surcharge"],
    amount_usd: Decimal,
    outcome: Outcome,
) -> Entry:
    caller = state.request.caller
    return Entry(
        entry_id=f"{state.run_id}:{number}:{kind}",
        account_id=caller.account_id,
        key_id=caller.key_id,
        run_id=state.run_id,
        kind=kind,
        amount_usd=amount_usd,
        created_at=state.created_at,
        model_id=state.request.model_id,
        served_by=spending.route.upstream_model,
        price_version=spending.route.price.version,
        usage=spending.usage,
        usage_is_estimated=spending.is_estimated,
        outcome=outcome,
    )


def _open_turn(state: RunState) -> StoredTurn | None:
    """None of an answer that nothing can follow: that it was given, its charge says."""
    request = state.request
    kind: TurnState
    if state.client_calls:
        kind = "client_open"
    elif state.finish_reason == "tool_calls":
        kind = "built_in_open"
    else:
        return None
    return StoredTurn(
        turn_id=state.run_id,
        key_id=request.caller.key_id,
        state=kind,
        created_at=state.created_at,
        messages=tuple(state.conversation),
        built_in_tools=state.built_in_tools,
        client_tools=state.client_tools,
        pending_call_ids=tuple(call.call_id for call in state.client_calls),
    )


def _completes(state: RunState) -> bool:
    """A turn whose calls were answered is used up; one that waits for its synthesis stays open if that was cut."""
    answers_calls = state.claim is not None and state.claim.turn.state == "client_open"
    return answers_calls or state.finish_reason in ("stop", "tool_calls")
