"""How a run ends: settled, charged as its end deserves, and told to the log."""

from __future__ import annotations

import asyncio
import logging
from typing import Literal

from cryptodesk.core.clock import Clock
from cryptodesk.core.errors import CryptodeskError, InternalError
from cryptodesk.core.ports import RunObserver, RunSummary
from cryptodesk.core.usage import Cost
from cryptodesk.engine.settlement import Settlement, total_usage
from cryptodesk.engine.state import RunState

__all__ = ["RunEnding"]

log = logging.getLogger("cryptodesk.engine")

_DEFECT = "An internal error occurred. It was logged under the request's trace id."


class RunEnding:
    def __init__(self, settlement: Settlement, clock: Clock, observer: RunObserver | None) -> None:
        self._settlement = settlement
        self._clock = clock
        self._observer = observer

    async def finish(self, state: RunState) -> Cost:
        """Returns once the turn and the charge are on disk."""
        state.close_round()
        cost = await self._settlement.finish(state)
        self._observe(state, "finished", cost)
        return cost

    async def fail(self, state: RunState, error: CryptodeskError) -> None:
        """A failed run costs nothing, unless a part of its answer was already streamed to the caller."""
        if error.public_message != error.message:  # what the caller is not told is for the log
            log.error("run %s of request %s failed: %s", state.run_id, state.request.trace_id, error.message)
        error.is_logged = True
        await self._fail(state, error)

    async def _fail(self, state: RunState, error: CryptodeskError) -> None:
        delivered = state.request.stream and state.started is not None and state.wrote_text
        try:
            await asyncio.shield(self._abandon(state, "failed", charge=delivered, code=error.code))
        except CryptodeskError:
            log.exception("run %s could not be settled", state.run_id)

    async def fail_by_defect(self, state: RunState) -> InternalError:
        """Call it where the exception is being handled. The error that the caller is told of."""
        log.exception("run %s of request %s failed by a defect", state.run_id, state.request.trace_id)
        defect = InternalError(_DEFECT)
        defect.is_logged = True
        await self._fail(state, defect)
        return defect

    async def cancel(self, state: RunState) -> None:
        """What was used is charged, unless the run has been settled already. Never raises: a cancellation goes on."""
        if state.settled:
            return
        try:
            await asyncio.shield(self._abandon(state, "cancelled", charge=True))
        except CryptodeskError:
            log.exception("run %s could not be settled", state.run_id)

    async def _abandon(
        self, state: RunState, outcome: Literal["cancelled", "failed"], *, charge: bool, code: str | None = None
    ) -> None:
        state.close_round()
        cost = await self._settlement.abandon(state, outcome, charge=charge)
        self._observe(state, outcome, cost, code)

    def _observe(
        self, state: RunState, outcome: Literal["finished", "cancelled", "failed"], cost: Cost, code: str | None = None
    ) -> None:
        if self._observer is None:
            return
        request = state.request
        counts = state.verification.counts if state.verification else None
        self._observer.ended(
            RunSummary(
                run_id=state.run_id,
                trace_id=request.trace_id,
                dialect=request.dialect,
                account_id=request.caller.account_id,
                key_id=request.caller.key_id,
                model_id=request.model_id,
                served_by=state.started.model if state.started is not None else None,
                outcome=outcome,
                code=code,
                finish_reason=state.finish_reason if outcome == "finished" else None,
                tool_calls=state.tool_calls_run,
                usage=total_usage(state.spendings),
                amount_usd=cost.total_usd,
                duration_ms=(self._clock.unix() - state.created_at) * 1e3,
                figures_bound=counts.bound + counts.derived if counts else 0,
                figures_contradicted=counts.contradicted if counts else 0,
                figures_unbound=counts.unbound if counts else 0,
            )
        )
