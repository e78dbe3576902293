"""The verdicts of an answer put together."""

from __future__ import annotations

from cryptodesk.core.verification import CellReference, CheckedFigure, Counts, Policy, Status, Verification
from cryptodesk.core.verification import Verdict as VerdictName

__all__ = ["BAD", "CellReference", "CheckedFigure", "Counts", "Status", "VerdictName", "Verification", "summed"]

BAD = frozenset({"unbound", "contradicted"})


def summed(
    figures: tuple[CheckedFigure, ...], policy: Policy = "mark", repaired: int = 0, left_out: int = 0
) -> Verification:
    found: dict[str, int] = {}
    for figure in figures:
        found[figure.verdict] = found.get(figure.verdict, 0) + 1
    status: Status = "verified" if figures else "no_figures"
    standing = {figure.verdict for figure in figures if figure.action is None}
    if "contradicted" in standing:
        status = "contradicted"
    elif "unbound" in standing:
        status = "unverified"
    return Verification(status, Counts(**found), figures, policy, repaired, left_out)
