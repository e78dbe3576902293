from __future__ import annotations

from decimal import Decimal
from functools import reduce
from operator import add

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from cryptodesk.core.generation import ModelPrice, ModelRoute, PriceTier
from cryptodesk.core.usage import Cost, Usage
from cryptodesk.ledger.pricing import PriceBook

GPT = ModelPrice("gpt-5.1@2025-11-13", Decimal("1.25"), Decimal("0.125"), Decimal("10"))
FREE = ModelPrice("free@2020-01-01", Decimal(0), Decimal("0"), Decimal("0.000"))


def route(price: ModelPrice) -> ModelRoute:
    return ModelRoute("m", "p", "u", price)


@pytest.mark.parametrize(
    ("usage", "built_in_listed", "total"),
    [
        # 11 * 1.25 + 212 * 10 = 2133.75 millionths
        (Usage(11, 212), False, "0.00213375"),
        # (1843 - 1024) * 1.25 + 1024 * 0.125 + 27 * 10 = 1421.75; and a tenth of it: 142.175
        (Usage(1843, 27, 1024), True, "0.001563925"),
        # 4210 * 1.25 + (188 + 320) * 10 = 10342.5
        (Usage(4210, 188, 0, 320), False, "0.0103425"),
    ],
)
def test_the_documented_examples(usage: Usage, built_in_listed: bool, total: str) -> None:
    cost = PriceBook().cost(route(GPT), usage, built_in_listed=built_in_listed)
    assert cost.total_usd == Decimal(total)


def test_the_surcharge_stands_beside_the_token_cost() -> None:
    cost = PriceBook().cost(route(GPT), Usage(1843, 27, 1024), built_in_listed=True)
    assert (cost.tokens_usd, cost.surcharge_usd) == (Decimal("0.00142175"), Decimal("0.000142175"))


def test_without_a_listed_built_in_there_is_no_surcharge() -> None:
    assert PriceBook().cost(route(GPT), Usage(11, 212), built_in_listed=False).surcharge_usd == 0


def test_cached_tokens_are_read_at_the_cache_price_only() -> None:
    # 1000 * 0.125 = 125 millionths
    assert PriceBook().cost(route(GPT), Usage(1000, 0, 1000), built_in_listed=False).total_usd == Decimal("0.000125")


@pytest.mark.parametrize("built_in_listed", [True, False])
def test_a_free_model_costs_a_plain_zero(built_in_listed: bool) -> None:
    cost = PriceBook().cost(route(FREE), Usage(999, 99, 9, 9), built_in_listed=built_in_listed)
    assert [str(cost.tokens_usd), str(cost.surcharge_usd)] == ["0", "0"]


@pytest.mark.parametrize(
    ("usage", "written"),
    [(Usage(0, 1_000_000), "10"), (Usage(0, 100_000), "1"), (Usage(0, 1), "0.00001"), (Usage(1), "0.00000125")],
)
def test_amounts_have_no_trailing_zeros_and_no_positive_exponent(usage: Usage, written: str) -> None:
    assert f"{PriceBook().cost(route(GPT), usage, built_in_listed=False).tokens_usd:f}" == written
    assert "E+" not in str(PriceBook().cost(route(GPT), usage, built_in_listed=False).tokens_usd)


def test_the_smallest_price_and_the_largest_count_are_still_exact() -> None:
    tiny = ModelPrice("tiny@2025-01-01", Decimal("0.0000000001"), Decimal(0), Decimal("123456789.0000000001"))
    cost = PriceBook().cost(route(tiny), Usage(1, 10**12 + 7), built_in_listed=True)
    exact = 1 + (10**12 + 7) * 1234567890000000001  # in units of 1e-10 millionths
    assert cost.tokens_usd == Decimal(f"{exact}E-16")
    assert cost.surcharge_usd == Decimal(f"{exact}E-17")


@given(st.integers(0, 10**9), st.integers(0, 10**9), st.integers(0, 10**9), st.integers(0, 10**9), st.booleans())
def test_the_cost_is_the_formula_in_whole_numbers(
    fresh: int, cached: int, text: int, thought: int, listed: bool
) -> None:
    cost = PriceBook().cost(route(GPT), Usage(fresh + cached, text, cached, thought), built_in_listed=listed)
    thousandths = fresh * 1250 + cached * 125 + (text + thought) * 10_000
    assert cost.tokens_usd * 10**9 == thousandths
    assert cost.surcharge_usd * 10**10 == (thousandths if listed else 0)


FULL = ModelPrice(
    "full@2026-01-01", Decimal(2), Decimal("0.1"), Decimal(10), Decimal("2.5"), Decimal(4), Decimal(8),
    (
        PriceTier(1000, Decimal(4), Decimal("0.2"), Decimal(15), Decimal(5), Decimal(8), Decimal(12)),
        PriceTier(5000, Decimal(6), Decimal("0.3"), Decimal(20), Decimal(7), Decimal(9), Decimal(16)),
    ),
)  # fmt: skip


def tokens_usd(price: ModelPrice, usage: Usage) -> Decimal:
    return PriceBook().cost(route(price), usage, built_in_listed=False).tokens_usd


def test_each_kind_of_token_has_its_rate() -> None:
    # fresh 1000-100-300 = 600 * 2 + read 100 * 0.1 + written (300-50) * 2.5 + for an hour 50 * 4 + text 7 * 10
    # + reasoning 3 * 8 = 1200 + 10 + 625 + 200 + 70 + 24 = 2129 millionths
    usage = Usage(1000, 7, 100, 3, 300, 50)
    assert tokens_usd(FULL, usage) == Decimal("0.002129")


def test_a_tier_begins_one_token_above_its_bound_and_holds_for_every_token() -> None:
    assert tokens_usd(FULL, Usage(1000, 1)) == Decimal("0.00201")  # 1000 * 2 + 10
    assert tokens_usd(FULL, Usage(1001, 1)) == Decimal("0.004019")  # 1001 * 4 + 15
    assert tokens_usd(FULL, Usage(5000, 1)) == Decimal("0.020015")  # 5000 * 4 + 15
    assert tokens_usd(FULL, Usage(5001, 1)) == Decimal("0.030026")  # 5001 * 6 + 20


def test_cached_and_written_tokens_count_towards_the_length() -> None:
    # 1001 in all, 1001 read from the cache: 1001 * 0.2
    assert tokens_usd(FULL, Usage(1001, 0, 1001)) == Decimal("0.0002002")


def test_rates_that_are_not_given_are_those_they_are_a_kind_of() -> None:
    # Written to the cache at the input rate, reasoning at the output rate: 1000 * 1.25 + 20 * 10
    assert tokens_usd(GPT, Usage(1000, 10, 0, 10, 400, 100)) == Decimal("0.00145")
    hourless = ModelPrice("h@2026-01-01", Decimal(1), Decimal(1), Decimal(1), Decimal(3))
    assert tokens_usd(hourless, Usage(100, 0, 0, 0, 100, 100)) == Decimal("0.0003")


def test_an_unknown_price_gives_an_unknown_cost_and_never_0() -> None:
    unknown = route(ModelPrice.unknown("vendor/next"))
    for listed in (False, True):
        cost = PriceBook().cost(unknown, Usage(), built_in_listed=listed)
        assert not cost.is_known
        assert cost.total_usd.is_nan()
        assert not (cost + Cost(Decimal(1))).is_known
    assert unknown.price.version == "unknown: vendor/next"
    assert not unknown.price.is_known
    assert GPT.is_known


def test_what_the_upstream_charged_is_taken_where_the_price_says_so() -> None:
    reported = Usage(1000, 10, reported_usd=Decimal("0.00500"))
    as_reported = structs.replace(GPT, as_reported=True)
    assert tokens_usd(GPT, reported) == Decimal("0.00135")
    cost = PriceBook().cost(route(as_reported), reported, built_in_listed=True)
    assert (str(cost.tokens_usd), str(cost.surcharge_usd)) == ("0.005", "0.0005")
    assert tokens_usd(as_reported, Usage(1000, 10)) == Decimal("0.00135")
    marked = structs.replace(ModelPrice.unknown("x"), as_reported=True)
    assert tokens_usd(marked, reported) == Decimal("0.005")


def test_what_upstreams_charged_adds_up_over_rounds() -> None:
    some, none = Usage(1, reported_usd=Decimal("0.1")), Usage(1)
    assert (some + some).reported_usd == Decimal("0.2")
    assert (none + some).reported_usd == (some + none).reported_usd == Decimal("0.1")
    assert (none + none).reported_usd is None


COUNTS = st.integers(0, 20_000)
RATES = st.decimals(0, 500, places=6)


@st.composite
def usages(draw: st.DrawFn) -> Usage:
    fresh, read, written, for_an_hour = (draw(COUNTS) for _ in range(4))
    text, thought = draw(COUNTS), draw(COUNTS)
    return Usage(fresh + read + written + for_an_hour, text, read, thought, written + for_an_hour, for_an_hour)


@st.composite
def prices(draw: st.DrawFn) -> ModelPrice:
    """Rates that rise from tier to tier, as every vendor's do."""
    rates = [draw(RATES) for _ in range(6)]
    bounds = sorted(draw(st.sets(st.integers(1, 40_000), max_size=3)))
    tiers = []
    for bound in bounds:
        rates = [rate + draw(RATES) for rate in rates]
        tiers.append(PriceTier(bound, *rates))
    first = [draw(st.decimals(0, rate, places=6)) for rate in (rates if not tiers else _rates_of(tiers[0]))]
    return ModelPrice("any@2026-01-01", *first, tuple(tiers))


def _rates_of(tier: PriceTier) -> list[Decimal]:
    named = (tier.input_usd, tier.cache_read_usd, tier.output_usd)
    return [
        *named,
        *(rate for rate in (tier.cache_write_usd, tier.cache_write_1h_usd, tier.reasoning_usd) if rate is not None),
    ]


def _more(usage: Usage) -> list[Usage]:
    """The usage with one token more of each kind."""
    grown = [
        {"input_tokens": 1}, {"output_tokens": 1}, {"reasoning_tokens": 1}, {"input_tokens": 1, "cache_read_tokens": 1},
        {"input_tokens": 1, "cache_write_tokens": 1},
        {"input_tokens": 1, "cache_write_tokens": 1, "cache_write_1h_tokens": 1},
    ]  # fmt: skip
    return [usage + Usage(**more) for more in grown]


@given(prices(), usages())
def test_a_token_more_never_costs_less(price: ModelPrice, usage: Usage) -> None:
    assert all(tokens_usd(price, more) >= tokens_usd(price, usage) for more in _more(usage))


@given(prices(), usages())
def test_the_cost_is_the_sum_in_whole_numbers(price: ModelPrice, usage: Usage) -> None:
    reached = [tier for tier in price.tiers if usage.input_tokens > tier.above_input_tokens]
    rates = _rates_of(reached[-1]) if reached else _rates_of(PriceTier(0, *(getattr(price, name) for name in _NAMES)))
    fresh = usage.input_tokens - usage.cache_read_tokens - usage.cache_write_tokens
    counts = (
        fresh, usage.cache_read_tokens, usage.output_tokens, usage.cache_write_tokens - usage.cache_write_1h_tokens,
        usage.cache_write_1h_tokens, usage.reasoning_tokens,
    )  # fmt: skip
    whole = sum(int(rate * 10**6) * count for rate, count in zip(rates, counts, strict=True))
    assert int(tokens_usd(price, usage) * 10**12) == whole
    assert tokens_usd(price, usage) * 10**12 == whole


_NAMES = ("input_usd", "cache_read_usd", "output_usd", "cache_write_usd", "cache_write_1h_usd", "reasoning_usd")


@given(prices(), st.lists(usages(), min_size=1, max_size=5), st.booleans())
def test_the_cost_of_a_run_is_the_sum_of_its_rounds_and_the_surcharge_a_tenth_of_it(
    price: ModelPrice, rounds: list[Usage], listed: bool
) -> None:
    costs = [PriceBook().cost(route(price), usage, built_in_listed=listed) for usage in rounds]
    total = reduce(add, costs)
    assert total.tokens_usd == sum((tokens_usd(price, usage) for usage in rounds), Decimal(0))
    assert total.surcharge_usd * 10 == (total.tokens_usd if listed else 0)


@given(prices(), usages())
def test_without_tiers_rounds_cost_what_their_tokens_cost_together(price: ModelPrice, usage: Usage) -> None:
    flat = structs.replace(price, tiers=())
    assert tokens_usd(flat, usage) + tokens_usd(flat, usage) == tokens_usd(flat, usage + usage)


@given(prices(), usages(), st.booleans())
def test_no_float_is_anywhere(price: ModelPrice, usage: Usage, listed: bool) -> None:
    cost = PriceBook().cost(route(price), usage, built_in_listed=listed)
    assert type(cost.tokens_usd) is type(cost.surcharge_usd) is Decimal
    for amount in (cost.tokens_usd, cost.surcharge_usd):
        assert "E+" not in str(amount)
        assert amount == 0 or not f"{amount:f}".endswith("0") or amount == amount.to_integral_value()


def test_rates_of_many_digits_and_of_none_are_exact_whole_numbers() -> None:
    price = ModelPrice("w@2026-01-01", Decimal("1E+2"), Decimal("0.000"), Decimal("0.0375"))
    assert price.whole is not None
    assert (price.whole.input, price.whole.cache_read, price.whole.output) == (1_000_000, 0, 375)
    assert (price.whole.unit_usd, price.whole.ten_usd) == (Decimal("1E-10"), 10**11)


def test_what_is_known_of_a_price_is_not_kept_by_one_that_is_made_of_it() -> None:
    assert tokens_usd(GPT, Usage(0, 1)) == Decimal("0.00001")
    assert tokens_usd(structs.replace(GPT, output_usd=Decimal(20)), Usage(0, 1)) == Decimal("0.00002")
