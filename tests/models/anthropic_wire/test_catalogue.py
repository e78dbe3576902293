"""The shipped Claude models: what the catalogue says of them builds, is priced, and fits together."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from cryptodesk.catalog.models import load_models
from cryptodesk.catalog.prices import load_prices
from cryptodesk.core.clock import SystemClock
from cryptodesk.core.generation import ModelRequest, ReasoningEffort
from cryptodesk.core.messages import text_message
from cryptodesk.models._kinds import ProviderConfig, ProviderServices
from cryptodesk.models.anthropic_wire import PROVIDER
from cryptodesk.models.anthropic_wire._asking import AskingOptions, encode_request
from cryptodesk.models.anthropic_wire._thoughts import Thoughts

TABLE = load_models()
ENTRIES = {model_id: entry for model_id, entry in TABLE.models.items() if entry.provider == "anthropic"}
NOW = datetime(2026, 11, 22, tzinfo=UTC)


def test_the_shipped_instance_is_built() -> None:
    shipped = TABLE.providers["anthropic"]
    services = ProviderServices(SystemClock())
    built = PROVIDER.build(ProviderConfig("anthropic", services, shipped.base_url, "sk-ant", shipped.options))
    assert built.name == "anthropic"
    assert (shipped.api_key_env, shipped.base_url_env) == ("ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL")


def test_the_models_that_refuse_a_forced_call_are_shipped_ones() -> None:
    unforced = set(TABLE.providers["anthropic"].options["unforced_models"])
    assert unforced < {entry.upstream_model for entry in ENTRIES.values()}


@pytest.mark.parametrize("model_id", ENTRIES)
def test_every_model_has_a_price_that_holds_the_vendors_ratios(model_id: str) -> None:
    price = load_prices().find(ENTRIES[model_id].price, NOW)
    assert price is not None
    assert price.cache_write_usd == price.input_usd * Decimal("1.25")
    assert price.cache_write_1h_usd == price.input_usd * 2
    assert price.output_usd == price.input_usd * 5
    assert 0 < price.cache_read_usd <= price.input_usd / 10
    assert price.version.startswith(f"{model_id}@2026-")


def test_a_price_that_changed_has_both_dates() -> None:
    prices = load_prices()
    before = prices.find("claude-sonnet-5-5", datetime(2026, 10, 6, 23, 59, tzinfo=UTC))
    after = prices.find("claude-sonnet-5-5", datetime(2026, 10, 7, tzinfo=UTC))
    assert before is not None
    assert after is not None
    assert (before.cache_read_usd, after.cache_read_usd) == (Decimal("0.2"), Decimal("0.1"))
    assert before.input_usd == after.input_usd


def test_a_long_prompt_has_its_own_rates() -> None:
    price = load_prices().find("claude-haiku-5-5", NOW)
    assert price is not None
    assert price.rates(100_000).input_usd == Decimal("0.1")
    assert price.rates(100_001).input_usd == Decimal("0.5")
    assert price.rates(100_001).output_usd == Decimal("2.5")


@pytest.mark.parametrize("effort", ["minimal", "low", "medium", "high"])
@pytest.mark.parametrize("model_id", ENTRIES)
def test_every_effort_is_one_the_model_takes(model_id: str, effort: ReasoningEffort) -> None:
    entry = ENTRIES[model_id]
    request = ModelRequest(entry.upstream_model, (text_message("user", "hi"),), reasoning_effort=effort)
    body = json.loads(encode_request(request, entry.profile, AskingOptions(), Thoughts()).body)
    if body["thinking"]["type"] == "adaptive":
        assert body["output_config"]["effort"] in ("low", "medium", "high")
    else:
        least = {"claude-sonnet-5-5": "between_tools", "claude-haiku-5-5": "disabled"}
        assert (body["thinking"], effort) == ({"type": least[model_id]}, "minimal")
