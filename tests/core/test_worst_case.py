"""Bounds of calls and runs: never below what they bound."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cryptodesk.core.generation import ModelPrice, ModelRoute, PriceTier
from cryptodesk.core.messages import text_message
from cryptodesk.core.tools import ToolSpec
from cryptodesk.core.usage import Usage
from cryptodesk.core.worst_case import (
    RunShape,
    affordable_output_tokens,
    bounded_tokens,
    compute_call_usd,
    compute_run_usd,
)
from cryptodesk.ledger.pricing import PriceBook

BOOK = PriceBook()
PRICE = ModelPrice("v1", Decimal("1.25"), Decimal("0.125"), Decimal(10))
TIERED = ModelPrice(
    "v2",
    Decimal(2),
    Decimal("0.2"),
    Decimal(12),
    cache_write_usd=Decimal("2.5"),
    cache_write_1h_usd=Decimal(4),
    reasoning_usd=Decimal(15),
    tiers=(PriceTier(1000, Decimal(4), Decimal("0.4"), Decimal(18)),),
)


def route(price: ModelPrice = PRICE, most: int | None = None) -> ModelRoute:
    return ModelRoute("m", "p", "u", price, most)


def test_every_byte_of_text_and_tool_counts() -> None:
    empty = bounded_tokens([], [])
    assert bounded_tokens([text_message("user", "₿₿")], []) == empty + 32 + 6
    assert bounded_tokens([], [ToolSpec("name", "does", {})]) == empty + 64 + 4 + 4 + 2


@pytest.mark.parametrize(
    ("change", "free"),
    [({}, True), ({"output_usd": Decimal(1)}, False), ({"cache_write_usd": Decimal(1)}, False),
     ({"reasoning_usd": Decimal(0)}, True), ({"as_reported": True}, False), ({"input_usd": Decimal("NaN")}, False),
     ({"tiers": (PriceTier(1, Decimal(1), Decimal(0), Decimal(0)),)}, False)],
)  # fmt: skip
def test_only_what_can_never_cost_anything_is_free(change: dict[str, object], free: bool) -> None:
    facts: dict[str, object] = dict.fromkeys(("input_usd", "cache_read_usd", "output_usd"), Decimal(0))
    assert ModelPrice(**{"version": "v", **facts, **change}).is_free is free  # type: ignore[arg-type]


@given(
    price=st.sampled_from([PRICE, TIERED]),
    sent=st.integers(0, 5000),
    written=st.integers(0, 5000),
    share=st.floats(0, 1),
    reasoned=st.floats(0, 1),
    hour=st.floats(0, 1),
    listed=st.booleans(),
)
def test_no_usage_of_a_call_costs_more_than_its_bound(
    price: ModelPrice, sent: int, written: int, share: float, reasoned: float, hour: float, listed: bool
) -> None:
    cached = int(sent * share)
    thought = int(written * reasoned)
    usage = Usage(sent, written - thought, sent - cached, thought, cached, int(cached * hour))
    cost = BOOK.cost(route(price), usage, built_in_listed=listed).total_usd
    assert cost <= compute_call_usd(BOOK, route(price), sent, written, built_in_listed=listed)


@given(st.sampled_from([PRICE, TIERED]), st.integers(0, 3000), st.decimals(0, 1, places=12), st.booleans())
def test_what_is_affordable_is_never_too_dear_and_one_token_more_is(
    price: ModelPrice, sent: int, room: Decimal, listed: bool
) -> None:
    tokens = affordable_output_tokens(BOOK, route(price), sent, room, built_in_listed=listed)
    assert tokens is not None
    if tokens >= 0:
        assert compute_call_usd(BOOK, route(price), sent, tokens, built_in_listed=listed) <= room
    assert compute_call_usd(BOOK, route(price), sent, tokens + 1, built_in_listed=listed) > room


def test_a_run_is_the_sum_of_its_growing_calls_on_the_dearest_route() -> None:
    shape = RunShape(1000, calls=2, tool_calls=2, output_tokens=100, built_in_listed=True)
    # Second call: 1000 + 100 written + one call's 4000 of results. 1.25 and 10 USD a million, and a tenth.
    expected = (Decimal(1000 + 5100) * Decimal("1.25") + Decimal(200) * 10) * Decimal("1.1") / 1_000_000
    free = ModelPrice("free", Decimal(0), Decimal(0), Decimal(0))
    assert compute_run_usd(BOOK, [route(free), route()], shape) == expected
    assert compute_run_usd(BOOK, [route(free)], shape) == 0
    assert compute_run_usd(BOOK, [route(), route(ModelPrice.unknown("x"))], shape).is_nan()


def test_the_models_own_limit_bounds_what_is_written() -> None:
    shape = RunShape(0, calls=1, tool_calls=0, output_tokens=None, built_in_listed=False)
    assert compute_run_usd(BOOK, [route(most=100)], shape) == Decimal(1000) / 1_000_000
    assert compute_run_usd(BOOK, [route()], shape) == Decimal(16_384 * 10) / 1_000_000


PRICES = {
    "plain": PRICE,
    "tiered": TIERED,
    "reasons": ModelPrice("v3", Decimal(2), Decimal(1), Decimal(3), reasoning_usd=Decimal(7)),
    "free": ModelPrice("v4", Decimal(0), Decimal(0), Decimal(0)),
}


@given(
    st.sampled_from(sorted(PRICES)),
    st.integers(0, 5_000),
    st.integers(1, 9),
    st.integers(0, 24),
    st.integers(0, 3_000),
    st.booleans(),
    st.booleans(),
)
def test_a_run_costs_what_its_calls_add_up_to_one_by_one(
    name: str, read: int, calls: int, tool_calls: int, written: int, listed: bool, grows: bool
) -> None:
    priced = route(PRICES[name])
    shape = RunShape(read, calls, tool_calls, written, built_in_listed=listed, grows=grows)
    growth = written + -(-tool_calls // calls) * 4_000 if grows else 0
    one_by_one = [
        compute_call_usd(BOOK, priced, read + number * growth, written, built_in_listed=listed)
        for number in range(calls)
    ]
    assert compute_run_usd(BOOK, [priced], shape) == sum(one_by_one, Decimal(0))


def test_tools_that_run_here_are_measured_once_and_each_by_itself() -> None:
    empty = bounded_tokens([], [])
    short, long = (ToolSpec("name", words, {"a": words}, built_in=True) for words in ("x", "xxxxx"))
    sizes = [bounded_tokens([], [tool]) - empty for tool in (short, long, short, long)]
    assert sizes == [64 + 4 + 1 + 9, 64 + 4 + 5 + 13] * 2
    assert bounded_tokens([], [short, long]) - empty == sum(sizes[:2])
