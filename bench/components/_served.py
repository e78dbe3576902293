"""What measurements of whole answers share: the questions, and the collector of garbage as the server has it."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from cryptodesk.app.server import settle_memory
from cryptodesk.models.analyst.skills import load_skills

__all__ = ["as_served", "questions_with"]

_COMMON = (
    "price of Bitcoin",
    "compare SOL and ETH over 90 days",
    "how did BTC do in 2024",
    "what was the highest price of DOGE in May 2021",
    "what would $1000 put into ETH on 1 January 2023 be worth now",
    "convert 2.5 BTC to EUR",
    "market cap and volume of SOL",
    "what is Ethereum",
    "how much did XRP move over the last week",
    "BTC price? and how did ETH do last month?",
)


def questions_with(*own: str) -> list[str]:
    """Common ones, a component's own, and one of each skill."""
    return [*_COMMON, *own, *(example for skill in load_skills().values() for example in skill.examples[:1])]


@contextmanager
def as_served() -> Iterator[None]:
    """As in a server that has started."""
    threshold = gc.get_threshold()
    settle_memory()
    try:
        yield
    finally:
        gc.unfreeze()
        gc.set_threshold(*threshold)
