"""Published prices: their conditions in stand-ins, and the package's own data where it is installed."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, date, datetime, time
from decimal import Decimal
from types import SimpleNamespace as Plain
from typing import Any

import pytest

from cryptodesk.catalog._published import PublishedPrices, load_published
from cryptodesk.core.generation import ModelPrice, ModelRoute, PriceTier
from cryptodesk.core.usage import Usage
from cryptodesk.ledger.pricing import PriceBook

NOW = datetime(2026, 9, 24, 12, tzinfo=UTC)
D = Decimal


def rates(**prices: Any) -> Plain:
    return Plain(**{"input_mtok": D(1), "output_mtok": D(4), **prices})


def model(prices: Any, name: str = "Model-1", match: Any = None) -> Plain:
    return Plain(id=name, match=match or Plain(equals=name), prices=prices)


def published(*models: Plain) -> PublishedPrices:
    return PublishedPrices("1.2", [Plain(id="vendor", models=list(models))])


def find(prices: Any, moment: datetime = NOW) -> ModelPrice | None:
    return published(model(prices)).find("vendor/model-1", moment)


def on(day: date, prices: Plain) -> Plain:
    return Plain(constraint=Plain(start_date=day), prices=prices)


def test_a_price_names_the_release_the_model_and_no_date_where_none_is_known() -> None:
    assert find(rates()) == ModelPrice("genai-prices 1.2: vendor/Model-1", D(1), D(1), D(4))


def test_every_rate_has_its_place() -> None:
    prices = rates(
        cache_read_mtok=D("0.1"), cache_write_mtok=D("1.25"), cache_write_1h_mtok=D(2), output_reasoning_mtok=D(3)
    )
    found = find(prices)
    assert found is not None
    assert (found.input_usd, found.cache_read_usd, found.output_usd) == (D(1), D("0.1"), D(4))
    assert (found.cache_write_usd, found.cache_write_1h_usd, found.reasoning_usd) == (D("1.25"), D(2), D(3))


def test_the_price_of_a_date_holds_from_its_first_moment_on() -> None:
    prices = [Plain(constraint=None, prices=rates()), on(date(2026, 10, 1), rates(input_mtok=D(2)))]
    before, since = (
        find(prices, datetime(2026, 9, 30, 23, 59, tzinfo=UTC)),
        find(prices, datetime(2026, 10, 1, tzinfo=UTC)),
    )
    assert before is not None
    assert since is not None
    assert (before.input_usd, since.input_usd) == (D(1), D(2))
    assert since.version == "genai-prices 1.2: vendor/Model-1 from 2026-10-01"
    assert published(model(prices)).next_change("vendor/model-1", NOW) == datetime(2026, 10, 1, tzinfo=UTC)
    assert published(model(prices)).next_change("vendor/model-1", datetime(2026, 10, 1, tzinfo=UTC)) is None


def test_a_model_that_begins_later_has_no_price_yet() -> None:
    assert find([on(date(2026, 10, 1), rates())]) is None


def test_the_last_condition_that_is_met_counts() -> None:
    night = Plain(start_time=time(1, tzinfo=UTC), end_time=time(4))
    prices = [
        Plain(constraint=None, prices=rates()),
        on(date(2026, 9, 1), rates(input_mtok=D(2))),
        Plain(constraint=night, prices=rates(input_mtok=D(3))),
    ]
    by_hour = {hour: find(prices, datetime(2026, 9, 24, hour, tzinfo=UTC)) for hour in (0, 1, 3, 4)}
    assert [price and price.input_usd for price in by_hour.values()] == [D(2), D(3), D(3), D(2)]
    assert by_hour[1] is not None
    assert by_hour[1].version == "genai-prices 1.2: vendor/Model-1 01:00-04:00 UTC"
    edge = published(model(prices)).next_change("vendor/model-1", datetime(2026, 9, 24, 2, tzinfo=UTC))
    assert edge == datetime(2026, 9, 24, 4, tzinfo=UTC)


def test_rates_that_change_at_different_lengths_become_tiers_of_all_rates() -> None:
    prices = rates(
        input_mtok=Plain(base=D(1), tiers=[Plain(start=100, price=D(2))]),
        output_mtok=Plain(base=D(4), tiers=[Plain(start=200, price=D(6))]),
        cache_read_mtok=D("0.1"),
    )
    found = find(prices)
    assert found is not None
    assert found.tiers == (PriceTier(100, D(2), D("0.1"), D(4)), PriceTier(200, D(2), D("0.1"), D(6)))


@pytest.mark.parametrize(
    "prices",
    [
        Plain(),
        Plain(input_mtok=D(1)),
        Plain(output_mtok=D(1)),
        rates(requests_kcount=D(5)),
        rates(fee_of_a_new_kind=D(1)),
    ],
)
def test_what_cannot_be_put_into_rates_is_no_price_rather_than_a_part_of_one(prices: Plain) -> None:
    assert find(prices) is None


def test_what_the_desk_never_asks_for_does_not_count() -> None:
    found = find(rates(web_searches_kcount=D(10), input_audio_mtok=D(9), output_image_mtok=D(9), cache_write_mtok=None))
    assert found == ModelPrice("genai-prices 1.2: vendor/Model-1", D(1), D(1), D(4))


@pytest.mark.parametrize("wrong", [1.5, D("NaN"), D("-1"), D("Infinity"), "1"])
def test_a_figure_that_is_no_exact_amount_is_no_price(wrong: object) -> None:
    assert find(rates(input_mtok=wrong)) is None
    assert find(rates(output_mtok=Plain(base=D(1), tiers=[Plain(start=100, price=wrong)]))) is None


def test_a_model_is_found_by_its_names_and_never_by_a_likeness() -> None:
    names = Plain(or_=[Plain(equals="Alias"), Plain(starts_with="model"), Plain(or_=[Plain(equals="deep")])])
    prices = published(model(rates(), match=names), model(rates(input_mtok=D(9)), "Other", Plain(starts_with="o")))
    assert all(prices.find(f"vendor/{name}", NOW) for name in ("model-1", "MODEL-1", "alias", "deep", "other"))
    assert [prices.find(name, NOW) for name in ("vendor/model-12", "vendor/o", "vendor", "else/model-1", "/")] == [
        None
    ] * 5


def test_a_models_own_name_wins_over_what_another_is_also_called() -> None:
    prices = published(model(rates(input_mtok=D(9)), "two"), model(rates(), "one", Plain(equals="two")))
    found = prices.find("vendor/two", NOW)
    assert found is not None
    assert found.input_usd == D(9)


# --- the package itself


@pytest.fixture(scope="module")
def installed() -> PublishedPrices:
    pytest.importorskip("genai_prices", reason="the published prices are not installed")
    found = load_published()
    assert found is not None
    return found


@pytest.mark.usefixtures("installed")
def test_loading_the_package_opens_no_connection_and_starts_no_thread() -> None:
    code = (
        "import socket\n"
        "def refuse(*a, **k): raise SystemExit('reached for the network')\n"
        "socket.socket.connect = socket.getaddrinfo = refuse\n"
        "from cryptodesk.catalog._published import load_published\n"
        "import threading\n"
        "assert load_published() is not None\n"
        "assert threading.active_count() == 1\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


USAGES = [
    Usage(1000, 100),
    Usage(250_000, 1_000, 20_000, 500, 10_000),
    Usage(300_000, 1_000, 20_000, 500, 10_000),
    Usage(5_000, 10, 0, 0, 4_000, 1_000),
]


@pytest.mark.parametrize(
    "name",
    ["openai/gpt-6-sol", "openai/gpt-5.2", "anthropic/claude-sonnet-4-5", "anthropic/claude-haiku-5-5", "zai/glm-5.3"],
)
@pytest.mark.parametrize("usage", USAGES)
def test_our_sum_is_the_packages_own(installed: PublishedPrices, name: str, usage: Usage) -> None:
    genai_prices = pytest.importorskip("genai_prices")
    provider, _, ref = name.partition("/")
    price = installed.find(name, NOW)
    assert price is not None
    theirs = {
        "input_tokens": usage.input_tokens,
        "output_tokens": usage.output_tokens + usage.reasoning_tokens,
        "cache_read_tokens": usage.cache_read_tokens,
    }
    if price.cache_write_usd is not None:
        theirs["cache_write_tokens"] = usage.cache_write_tokens
    if price.cache_write_1h_usd is not None:
        theirs["cache_write_1h_tokens"] = usage.cache_write_1h_tokens
    expected = genai_prices.calc_price(
        genai_prices.Usage(**theirs), ref, provider_id=provider, genai_request_timestamp=NOW
    ).total_price
    route = ModelRoute("m", "p", "u", price)
    assert PriceBook().cost(route, usage, built_in_listed=False).tokens_usd == expected


def test_every_price_of_the_vendors_in_the_catalogue_can_be_read(installed: PublishedPrices) -> None:
    data = pytest.importorskip("genai_prices.data")
    read = 0
    for provider in data.providers:
        if provider.id in ("openai", "anthropic", "google", "deepseek", "zai", "openrouter"):
            for each in provider.models:
                price = installed.find(f"{provider.id}/{each.id}", NOW)
                read += price is not None
                assert price is None or price.version.startswith(f"genai-prices {installed.version}: {provider.id}/")
    assert read > 500
