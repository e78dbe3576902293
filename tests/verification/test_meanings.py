"""Field names of results read as measure, statistic, period, unit and time."""

from __future__ import annotations

import pytest

from cryptodesk.verification.meanings import ALL_TIME, YEAR_TO_DATE, meaning_of


@pytest.mark.parametrize(
    ("path", "measure", "aspect", "unit", "hours"),
    [
        ("price", "price", "level", "money", 0),
        ("percent_change_24h", "price", "change", "percent", 24),
        ("percent_change_ytd", "price", "change", "percent", YEAR_TO_DATE),
        ("percent_change_1y", "price", "change", "percent", 8760),
        ("volume_change_24h", "volume", "change", "percent", 24),
        ("marketCapChangePercentage7d", "market_cap", "change", "percent", 168),
        ("high_24h", "price", "high", "money", 24),
        ("ath", "price", "high", "money", ALL_TIME),
        ("percent_from_ath", "price", "from_high", "percent", ALL_TIME),
        ("liquidations.24h.long", "liquidations", "level", "money", 24),
        ("moving_averages.simple_moving_average_200_day", "sma", "level", "money", 4800),
        ("rsi.rsi14", "rsi", "level", "index", 336),
        ("sentiment.fear_greed.yearly.max.index", "fear_greed", "high", "index", 8760),
        ("leverage.funding_rate.markets", "field markets", "level", "", 0),
        ("funding_rate_pct_8h", "funding_rate", "level", "percent", 8),
        ("holder_shares.whales_pct", "whales", "level", "percent", 0),
        ("some_new_thing_usd", "field some new thing", "level", "money", 0),
    ],
)
def test_a_field_says_what_it_is_of(path: str, measure: str, aspect: str, unit: str, hours: float) -> None:
    found = meaning_of(tuple(path.split(".")))
    assert (found.measure, found.aspect, found.unit, found.hours) == (measure, aspect, unit, hours)


def test_values_of_earlier_moments_are_told_from_present_ones() -> None:
    ago = {name: meaning_of(("dominance", "btc", "history", name)).ago_hours for name in ("yesterday", "last_week")}
    assert ago == {"yesterday": 24, "last_week": 168}
    assert meaning_of(("dominance", "btc", "current")).ago_hours == 0


def test_siblings_keep_the_word_that_tells_them_apart() -> None:
    assert meaning_of(("liquidations", "24h", "short")).qualifiers == {"short"}
    assert meaning_of(("cex_volume_24h",)).qualifiers == {"cex"}
