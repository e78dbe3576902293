"""Explicit filters: what is let through, mended, or refused by name."""

from __future__ import annotations

import math
from typing import Any

import pytest

from cryptodesk.core.errors import ToolArgumentError
from cryptodesk.market.screening import FIELDS, AssetType, Filter, Sort, validate_filters, validate_sort


def value_of(field: str, op: str, value: Any, asset_type: AssetType = "coin") -> Any:
    (checked,) = validate_filters([Filter(field, op, value)], asset_type)  # type: ignore[arg-type]
    assert (checked.field, checked.op) == (field, op)
    return checked.value


def refusal(*filters: Filter, asset_type: AssetType = "coin") -> str:
    with pytest.raises(ToolArgumentError) as refused:
        validate_filters(filters, asset_type)
    assert refused.value.message.startswith("invalid arguments: ")
    return refused.value.message.removeprefix("invalid arguments: ")


@pytest.mark.parametrize(
    ("field", "op", "value", "expected"),
    [
        ("market_cap", "lt", 5e7, 50_000_000),
        ("market_cap", "lt", "50m", 50_000_000),
        ("market_cap", "lt", "$50m", 50_000_000),
        ("percent_change_24h", "gte", "-10%", -10),
        ("percent_change_24h", "gte", 0.5, 0.5),
        ("supply_ratio", "gt", "80%", 0.8),
        ("age_days", "lt", "2 weeks", 14),
        ("date_added", "gte", "2024-05-01", "2024-05-01"),
        ("date_added", "gte", "2024-05-01T10:00:00Z", "2024-05-01"),
        ("tag", "eq", "AI & Big Data", "ai"),
        ("tag", "in", ["DeFi", "Layer 1"], ("defi", "layer-1")),
        ("tag", "contains", "memes", "meme"),
        ("platform", "eq", "BNB Smart Chain (BEP20)", "bsc"),
        ("platform", "ne", "Solana", "solana"),
        ("name", "contains", " Inu ", "inu"),
    ],
)
def test_values_are_put_into_the_form_the_table_has(field: str, op: str, value: Any, expected: Any) -> None:
    assert value_of(field, op, value) == expected


@pytest.mark.parametrize("asset_type", FIELDS)
def test_an_unknown_field_is_answered_with_the_known_ones(asset_type: AssetType) -> None:
    message = refusal(Filter("team_quality", "gt", 5), asset_type=asset_type)
    assert message.startswith(f"filters[0].field: unknown field 'team_quality' for {asset_type}")
    assert all(name in message for name in FIELDS[asset_type])


def test_a_misspelt_field_is_answered_with_the_nearest() -> None:
    assert "did you mean 'market_cap'?" in refusal(Filter("marketcap", "gt", 5))


@pytest.mark.parametrize(
    ("field", "op", "value", "why"),
    [
        ("market_cap", "in", [1, 2], "op: 'in' does not apply to"),
        ("market_cap", "contains", "5", "op: 'contains' does not apply to"),
        ("tag", "gt", "defi", "op: 'gt' does not apply to"),
        ("platform", "lt", "solana", "op: 'lt' does not apply to"),
        ("date_added", "in", ["2024-01-01"], "op: 'in' does not apply to"),
        ("market_cap", "like", 5, "op: 'like'"),
        ("market_cap", "gt", True, "value: market_cap takes a number, got bool"),
        ("market_cap", "gt", None, "value: market_cap takes a number, got NoneType"),
        ("market_cap", "gt", [5], "value: market_cap takes a number, got list"),
        ("market_cap", "gt", math.nan, "finite number"),
        ("market_cap", "gt", math.inf, "finite number"),
        ("market_cap", "gt", 10**400, "finite number"),
        ("market_cap", "gt", "a lot", "'a lot' is no number"),
        ("market_cap", "gt", "5m and more", "is no number"),
        ("market_cap", "gt", "1,5", "can be read in two ways"),
        ("market_cap", "gt", "1 000 000", "can be read in two ways"),
        ("market_cap", "gt", "€5", "the unit of '€5' does not fit market_cap (usd)"),
        ("market_cap", "gt", "5%", "the unit of '5%' does not fit"),
        ("price", "gt", "30 days", "the unit of '30 days' does not fit"),
        ("rank", "lt", "$5", "the unit of '$5' does not fit"),
        ("market_cap", "lt", -5, "market_cap is never below 0, got -5"),
        ("market_cap", "lt", 0, "nothing could match"),
        ("price", "gt", 1e30, "price is never above"),
        ("percent_change_7d", "lt", -150, "never below -100"),
        ("supply_ratio", "gt", 80, "supply_ratio is never above 1, got 80"),
        ("rank", "lte", 0, "rank is never below 1"),
        ("date_added", "gt", "yesterday", "'yesterday' is no date; write it as 'YYYY-MM-DD'"),
        ("date_added", "gt", 2024, "is no date"),
        ("date_added", "gt", "2024-02-30", "is no date"),
        ("tag", "eq", 5, "tag takes text of 1 to 100 characters"),
        ("tag", "eq", "", "tag takes text"),
        ("tag", "eq", "x" * 101, "tag takes text"),
        ("tag", "eq", ["defi"], "'eq' takes one text, got a list; use 'in'"),
        ("tag", "in", [], "takes 1 to 50 texts, got 0"),
        ("tag", "in", ["x"] * 51, "takes 1 to 50 texts, got 51"),
    ],
)
def test_a_filter_that_cannot_be_meant_is_refused_with_the_reason(field: str, op: str, value: Any, why: str) -> None:
    message = refusal(Filter(field, op, value))  # type: ignore[arg-type]
    assert message.startswith("filters[0].")
    assert why in message
    assert len(message) < 400


@pytest.mark.parametrize(
    ("filters", "why"),
    [
        ([("price", "gt", 5), ("price", "lt", 1)], "price cannot be both above 5 and below 1"),
        ([("price", "gt", 5), ("price", "lte", 5)], "price cannot be both above 5 and at most 5"),
        ([("price", "gte", 5), ("price", "lt", 5), ("price", "lte", 5)], "price cannot be both at least 5 and below 5"),
        ([("price", "eq", 5), ("price", "eq", 6)], "price cannot be both"),
        ([("tag", "eq", "defi"), ("tag", "ne", "DeFi")], "tag cannot both be and not be 'defi'"),
        ([("platform", "eq", "solana"), ("platform", "eq", "base")], "platform cannot be both 'solana' and 'base'"),
        ([("date_added", "gte", "2024-01-01"), ("date_added", "lt", "2023-01-01")], "date_added cannot be both"),
    ],
)
def test_filters_that_exclude_each_other_are_refused(filters: list[tuple[str, Any, Any]], why: str) -> None:
    assert why in refusal(*(Filter(*wanted) for wanted in filters))


def test_bounds_that_touch_are_fine() -> None:
    filters = (
        Filter("price", "gte", 5),
        Filter("price", "lte", 5),
        Filter("tag", "eq", "ai"),
        Filter("tag", "eq", "defi"),
    )
    assert validate_filters(filters, "coin") == filters


def test_there_is_a_limit_to_how_many() -> None:
    assert "at most 12 filters, got 13" in refusal(*[Filter("price", "gt", 1)] * 13)


def test_an_order_needs_a_known_field_with_an_order() -> None:
    assert validate_sort(Sort("price"), "coin") == Sort("price", "desc")
    for sort, why in (
        (Sort("tag"), "'tag' is text and has no order"),
        (Sort("hype"), "unknown field 'hype'"),
        (Sort("price", "up"), "neither 'asc' nor 'desc'"),  # type: ignore[arg-type]
    ):
        with pytest.raises(ToolArgumentError, match=why):
            validate_sort(sort, "coin")
