"""Sentences from patterns: `[this|that]` is a choice, `{name}` a fact. Facts are never read as patterns."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache

from cryptodesk.documents.simulated.draws import Draws

__all__ = ["amount_of", "expand", "pct_of", "price_of", "say"]

_CHOICE = re.compile(r"\[([^\[\]]*)\]")


@cache
def _parse(pattern: str) -> tuple[str | tuple[str, ...], ...]:
    # Only patterns of the wording come here, a few hundred in all.
    pieces = _CHOICE.split(pattern)
    return tuple(tuple(piece.split("|")) if place % 2 else piece for place, piece in enumerate(pieces))


def expand(pattern: str, draws: Draws, facts: Mapping[str, str]) -> str:
    """The pattern with its choices made and its facts told. Raises: KeyError for a fact that there is not."""
    chosen = "".join([piece if isinstance(piece, str) else draws.pick(piece) for piece in _parse(pattern)])
    return chosen.format_map(facts)


def say(patterns: Sequence[str], draws: Draws, facts: Mapping[str, str]) -> str:
    """One of the patterns, expanded."""
    return expand(draws.pick(patterns), draws, facts)


def pct_of(value: float) -> str:
    """The size of a change, without its sign: "12.4 %"."""
    size = abs(value)
    return f"{size:.0f} %" if size >= 100 else f"{size:.1f} %"


def price_of(value: float) -> str:
    """ "$64,210.50"; below a dollar four digits that count."""
    if value >= 1:
        return f"${value:,.2f}"
    return f"${value:.4g}" if value >= 1e-4 else f"${value:.12f}".rstrip("0")


def amount_of(value_usd: float) -> str:
    """ "$12.4 million"."""
    if value_usd >= 1e9:
        return f"${value_usd / 1e9:.1f} billion"
    if value_usd >= 1e6:
        return f"${value_usd / 1e6:.1f} million"
    return f"${value_usd:,.0f}"
