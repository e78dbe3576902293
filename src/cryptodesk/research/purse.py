"""What the node that is running may still spend on its language model; its agents spend from one purse."""

from __future__ import annotations

from contextvars import ContextVar

from cryptodesk.core.errors import BudgetSpent
from cryptodesk.core.usage import Usage
from cryptodesk.research.graph import NodeBudget

__all__ = ["Purse", "purse"]


class Purse:
    """One node's. `node` is said where it is empty."""

    __slots__ = ("_budget", "_calls", "_node", "_tokens")

    def __init__(self, node: str, budget: NodeBudget) -> None:
        self._node = node
        self._budget = budget
        self._calls = 0
        self._tokens = 0

    def take_call(self) -> None:
        """Counts a call that is about to be made. Raises: BudgetSpent."""
        if self._calls >= self._budget.model_calls:
            raise BudgetSpent(f"The step {self._node!r} may make {self._budget.model_calls} model calls, no more.")
        if self._tokens >= self._budget.tokens:
            raise BudgetSpent(f"The step {self._node!r} may use {self._budget.tokens} tokens, no more.")
        self._calls += 1

    def spend(self, usage: Usage) -> None:
        self._tokens += usage.total_tokens


# Of the node whose form is running in this task or started it; None outside of any.
purse: ContextVar[Purse | None] = ContextVar("purse", default=None)
