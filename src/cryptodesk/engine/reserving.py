"""What is set aside for a run before its first model call."""

from __future__ import annotations

from decimal import Decimal

from msgspec import structs

from cryptodesk.core.generation import ModelRoute
from cryptodesk.core.money import Holds, HoldWanted, Needs
from cryptodesk.core.ports import Pricing
from cryptodesk.core.worst_case import LEAST_OUTPUT_TOKENS, RunShape, compute_run_usd
from cryptodesk.engine.cost_cap import CostCap
from cryptodesk.engine.state import RunState

__all__ = ["Reserving"]

# A hold outlives its run by this much, so that it can lapse only when the process that held it is gone.
_GRACE_SECONDS = 60.0
# Answers of a modest run.
_MODEST_OUTPUT_TOKENS = 2_048


class Reserving:
    """Without `holds` nothing is set aside, and only the run's own cap bounds it."""

    def __init__(self, pricing: Pricing, holds: Holds | None) -> None:
        self._pricing = pricing
        self._holds = holds

    @staticmethod
    def is_needed(state: RunState) -> bool:
        """Whether any route of the run costs anything."""
        for route in state.routes:  # noqa: SIM110  a generator costs as much as what it asks, in every run
            if not route.price.is_free:
                return True
        return False

    async def open(self, state: RunState, shape: RunShape, least_input_tokens: int) -> None:
        """Sets the run's hold and cap. `shape` is the run at its largest, `least_input_tokens` its first call's.

        Raises: OutOfCredit, BudgetSpent, LedgerUnavailable."""
        cap_usd = state.request.limits.cost_usd
        if self._holds is not None:
            wanted = self._wanted(state, shape, least_input_tokens)
            state.hold_wanted = wanted
            state.hold = await self._holds.reserve(wanted)
            if state.hold.is_cap:
                cap_usd = state.hold.amount_usd
        if cap_usd is not None:
            state.cap = CostCap(cap_usd, self._pricing, built_in_listed=shape.built_in_listed)

    def _wanted(self, state: RunState, shape: RunShape, least_input_tokens: int) -> HoldWanted:
        request = state.request
        routes = state.routes  # the run keeps what is wanted here: it must not keep the run
        worst_usd = self._usd(routes, shape)
        named = routes[0]
        if worst_usd.is_nan():
            named = next(route for route in routes if not route.price.is_known)
        return HoldWanted(
            run_id=state.run_id,
            caller=request.caller,
            model_id=request.model_id,
            price_version=named.price.version,
            worst_usd=worst_usd,
            needs=lambda: self._needs(routes, shape, least_input_tokens),
            created_at=state.created_at,
            lapses_at=state.created_at + request.limits.seconds + _GRACE_SECONDS,
            cost_usd=request.limits.cost_usd,
        )

    def _needs(self, routes: tuple[ModelRoute, ...], shape: RunShape, least_input_tokens: int) -> Needs:
        short = min(shape.output_tokens or _MODEST_OUTPUT_TOKENS, _MODEST_OUTPUT_TOKENS)
        modest = structs.replace(shape, output_tokens=short, tool_calls=0)
        least = structs.replace(
            shape, input_tokens=least_input_tokens, calls=1, tool_calls=0, output_tokens=LEAST_OUTPUT_TOKENS
        )
        return Needs(self._usd(routes, modest), self._usd(routes, least))

    def _usd(self, routes: tuple[ModelRoute, ...], shape: RunShape) -> Decimal:
        return compute_run_usd(self._pricing, routes, shape)
