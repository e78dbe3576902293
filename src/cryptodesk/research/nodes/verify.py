"""Verify: every figure bound, every citation supported, sources numbered; then the text goes out."""

from __future__ import annotations

from cryptodesk.research.graph import Node, NodeBudget
from cryptodesk.research.releasing import close, release
from cryptodesk.research.state import ResearchState

__all__ = ["VERIFY", "verify_by_rules"]


async def verify_by_rules(state: ResearchState) -> str:
    # What a model wrote was checked and sent while it was written.
    if state.text:
        close(state)
    else:
        await release(state)
    counts = state.verification.counts if state.verification is not None else None
    cited = len(state.numbering.sources())
    if counts is None:
        return f"no figures to check; {cited} sources cited"
    bound = counts.bound + counts.derived + counts.quoted + counts.user
    return f"{bound} figures bound, {counts.unbound} unbound, {counts.contradicted} contradicted; {cited} sources cited"


VERIFY = Node[ResearchState](
    name="verify",
    does="binds every figure, checks every citation, numbers the sources, sends the text",
    rules=verify_by_rules,
    after=("write",),
    budget=NodeBudget(seconds=20.0, least_seconds=5.0),
    runs_on_question_back=True,
)
