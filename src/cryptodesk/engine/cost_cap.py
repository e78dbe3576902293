"""A run's cost cap: no call of a model begins that could pass it."""

from __future__ import annotations

from decimal import Decimal

from cryptodesk.core.errors import BudgetSpent
from cryptodesk.core.generation import ModelRoute
from cryptodesk.core.ports import Pricing
from cryptodesk.core.usage import decimal_text
from cryptodesk.core.worst_case import LEAST_OUTPUT_TOKENS, affordable_output_tokens, compute_call_usd, smaller_limit

__all__ = ["CostCap"]

# A round of tools is begun only if, beside a step of this size and what its tools bring, an answer can still be paid.
_STEP_OUTPUT_TOKENS = 1_024
_STEP_RESULT_TOKENS = 4_000
_ANSWER_OUTPUT_TOKENS = 256


class CostCap:
    """`limit_usd` is for all calls of the run. Calls that are under way at once share it: each sets aside what it may
    cost (`begin`) and gives that back when its true cost is known (`end`)."""

    def __init__(self, limit_usd: Decimal, pricing: Pricing, *, built_in_listed: bool) -> None:
        self.limit_usd = limit_usd
        self._pricing = pricing
        self._listed = built_in_listed
        self._pending_usd: dict[int, Decimal] = {}
        self._number = 0

    def output_tokens(self, route: ModelRoute, input_tokens: int, wanted: int | None, spent_usd: Decimal) -> int | None:
        """How many tokens a call may write, `wanted` at most; None where neither bounds it.

        Raises: BudgetSpent where hardly any answer can be paid."""
        if route.price.is_free:
            return wanted
        if not route.price.is_known:
            raise BudgetSpent("The price of this model is not known, so no cost limit can bound it.")
        room = self._room(spent_usd)
        allowed = affordable_output_tokens(self._pricing, route, input_tokens, room, built_in_listed=self._listed)
        if allowed is not None and allowed < LEAST_OUTPUT_TOKENS:
            left = decimal_text(max(room, Decimal(0)))
            raise BudgetSpent(
                f"The run's cost limit of {decimal_text(self.limit_usd)} USD leaves {left} USD, which does not cover "
                "another call of the model."
            )
        return smaller_limit(allowed, wanted)

    def begin(self, route: ModelRoute, input_tokens: int, output_tokens: int | None) -> int:
        """The number by which `end` gives back what is set aside now."""
        self._number += 1
        if output_tokens is not None and not route.price.is_free:
            self._pending_usd[self._number] = self._cost(route, input_tokens, output_tokens)
        return self._number

    def end(self, number: int) -> None:
        self._pending_usd.pop(number, None)

    def covers_answer(self, route: ModelRoute, input_tokens: int, spent_usd: Decimal) -> bool:
        """Whether a last call can still be paid."""
        return route.price.is_free or self._cost(route, input_tokens, LEAST_OUTPUT_TOKENS) <= self._room(spent_usd)

    def covers_step(self, route: ModelRoute, input_tokens: int, spent_usd: Decimal) -> bool:
        """Whether a round of tools and an answer behind it can still be paid."""
        if route.price.is_free:
            return True
        step = self._cost(route, input_tokens, _STEP_OUTPUT_TOKENS)
        grown = input_tokens + _STEP_OUTPUT_TOKENS + _STEP_RESULT_TOKENS
        return step + self._cost(route, grown, _ANSWER_OUTPUT_TOKENS) <= self._room(spent_usd)

    def _room(self, spent_usd: Decimal) -> Decimal:
        return self.limit_usd - spent_usd - sum(self._pending_usd.values(), Decimal(0))

    def _cost(self, route: ModelRoute, input_tokens: int, output_tokens: int) -> Decimal:
        return compute_call_usd(self._pricing, route, input_tokens, output_tokens, built_in_listed=self._listed)
