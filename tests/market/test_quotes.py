"""Quotes from daily candles: exact calendar distances, exact arithmetic, and what is missing is said."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from msgspec import structs

from cryptodesk.market.quotes import QUOTE_FIELDS, compute_quote, years_earlier
from cryptodesk.market.records import Asset, Candle, CandleSeries, Provenance, Quote

DAY = timedelta(days=1)
XRP = Asset(52, "XRP", "XRP", "xrp", 4)
BITCOIN = Asset(1, "Bitcoin", "BTC", "bitcoin", 1, max_supply="21000000")


def make_series(first: datetime, closes: list[float], asset_id: int = 52) -> CandleSeries:
    """One candle a day: opens at the close before, ranges 10 % around, trades 100 x its close."""
    candles = []
    for index, close in enumerate(closes):
        opening = closes[index - 1] if index else close / 2
        high, low = 1.1 * max(opening, close), 0.9 * min(opening, close)
        candles.append(Candle(first + index * DAY, opening, high, low, close, 100.0, 100 * close))
    origin = Provenance("binance_usdm", "snapshot", candles[-1].opened_at + DAY, "perpetual")
    return CandleSeries(asset_id, "1d", "USDT", "XRPUSDT", first, origin, tuple(candles))


def ending(last: datetime, days: int) -> CandleSeries:
    """`days` candles up to the day `last`; the close of each is the number of days it lies before 2100."""
    first = last - (days - 1) * DAY
    far = datetime(2100, 1, 1, tzinfo=UTC)
    return make_series(first, [float((far - first).days - index) for index in range(days)])


def reason(quote: Quote, field: str) -> str:
    return next(missing.reason for missing in quote.missing if missing.field == field)


def test_each_field_is_either_there_or_missing_with_its_reason() -> None:
    for days in (1, 2, 40, 1500):
        quote = compute_quote(XRP, ending(datetime(2026, 9, 9, tzinfo=UTC), days))
        fields = [*quote.figures, *(missing.field for missing in quote.missing)]
        assert sorted(fields) == sorted(QUOTE_FIELDS)
        assert all(missing.reason for missing in quote.missing)


def test_every_figure_says_its_source_its_moment_and_its_unit() -> None:
    quote = compute_quote(BITCOIN, structs.replace(ending(datetime(2026, 9, 9, tzinfo=UTC), 1500), asset_id=1))
    for field, figure in quote.figures.items():
        assert figure.provenance.as_of == datetime(2026, 9, 10, tzinfo=UTC), field
        assert figure.provenance.source, field
        assert figure.unit == ("percent" if field.startswith(("percent", "volume_change")) else figure.unit)
    assert {quote.figures[field].unit for field in ("price", "volume_24h", "ath", "market_cap")} == {"USDT"}
    assert {quote.figures[field].unit for field in ("circulating_supply", "max_supply")} == {"BTC"}


def test_price_is_the_last_close_with_the_series_own_caveat() -> None:
    quote = compute_quote(XRP, make_series(datetime(2026, 1, 1, tzinfo=UTC), [2.0, 3.0]))
    assert quote.value("price") == 3.0
    assert quote.figures["price"].provenance.note == "perpetual"
    assert quote.as_of == datetime(2026, 1, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    ("field", "base_at"),
    [
        ("percent_change_24h", "2026-09-09"),
        ("percent_change_7d", "2026-09-03"),
        ("percent_change_30d", "2026-08-11"),
        ("percent_change_60d", "2026-07-12"),
        ("percent_change_90d", "2026-06-12"),
        ("percent_change_1y", "2025-09-10"),
        ("percent_change_3y", "2023-09-10"),
        ("percent_change_ytd", "2026-01-01"),
    ],
)
def test_changes_compare_closes_at_exact_calendar_distances(field: str, base_at: str) -> None:
    series = ending(datetime(2026, 9, 9, tzinfo=UTC), 1500)
    base_day = datetime.fromisoformat(base_at).replace(tzinfo=UTC) - DAY
    base = next(candle.close for candle in series.candles if candle.opened_at == base_day)
    last = series.candles[-1].close
    figure = compute_quote(XRP, series).figures[field]
    assert figure.value == (last - base) / base * 100
    assert figure.provenance.note == f"against the close at {base_at} 00:00 UTC"


def test_a_change_is_told_in_percent_points() -> None:
    quote = compute_quote(XRP, make_series(datetime(2026, 1, 1, tzinfo=UTC), [2.0, 2.5]))
    assert quote.value("percent_change_24h") == 25.0


@pytest.mark.parametrize(
    ("moment", "years", "expected"),
    [
        ("2024-02-29", 1, "2023-02-28"),
        ("2024-02-29", 3, "2021-02-28"),
        ("2028-02-29", 4, "2024-02-29"),
        ("2026-03-01", 1, "2025-03-01"),
    ],
)
def test_a_leap_day_a_year_ago_is_the_28th(moment: str, years: int, expected: str) -> None:
    assert years_earlier(datetime.fromisoformat(moment), years) == datetime.fromisoformat(expected)


@pytest.mark.parametrize(
    ("last_day", "base_at"),
    [("2025-12-31", "2025-01-01"), ("2026-01-01", "2026-01-01"), ("2026-01-02", "2026-01-01")],
)
def test_the_year_to_date_begins_with_the_year_of_the_last_candle(last_day: str, base_at: str) -> None:
    series = ending(datetime.fromisoformat(last_day).replace(tzinfo=UTC), 500)
    note = compute_quote(XRP, series).figures["percent_change_ytd"].provenance.note
    assert note == f"against the close at {base_at} 00:00 UTC"


def test_a_change_over_more_than_the_record_is_missing_with_the_day_the_record_begins() -> None:
    quote = compute_quote(XRP, ending(datetime(2026, 9, 9, tzinfo=UTC), 30))
    assert quote.value("percent_change_7d") is not None
    assert quote.value("percent_change_30d") is None  # thirty candles have closes at most 29 days apart
    assert (
        reason(quote, "percent_change_30d")
        == "the record begins on 2026-08-11; a close at 2026-08-11 00:00 UTC is needed"
    )
    assert (
        reason(quote, "percent_change_1y")
        == "the record begins on 2026-08-11; a close at 2025-09-10 00:00 UTC is needed"
    )


def test_a_day_the_record_lacks_is_not_replaced_by_its_neighbour() -> None:
    series = ending(datetime(2026, 9, 9, tzinfo=UTC), 40)
    gap = datetime(2026, 9, 2, tzinfo=UTC)
    series = structs.replace(series, candles=tuple(bar for bar in series.candles if bar.opened_at != gap))
    quote = compute_quote(XRP, series)
    assert reason(quote, "percent_change_7d") == "the record has no close at 2026-09-03 00:00 UTC"
    assert quote.value("percent_change_24h") is not None


def test_the_change_over_all_is_that_of_the_record_and_says_so() -> None:
    quote = compute_quote(XRP, make_series(datetime(2026, 1, 1, tzinfo=UTC), [4.0, 3.0]))
    figure = quote.figures["percent_change_all"]
    assert figure.value == 50.0  # the first candle opened at 2.0
    assert figure.provenance.note == "against the open of 2026-01-01, where the record begins; not since launch"


def test_the_last_hour_is_not_guessed_from_days() -> None:
    quote = compute_quote(XRP, ending(datetime(2026, 9, 9, tzinfo=UTC), 40))
    assert reason(quote, "percent_change_1h") == "the record holds daily candles only"


def test_volume_is_that_of_the_last_day_on_the_one_market() -> None:
    quote = compute_quote(XRP, make_series(datetime(2026, 1, 1, tzinfo=UTC), [2.0, 3.0]))
    assert quote.value("volume_24h") == 300.0
    assert quote.figures["volume_24h"].provenance.note == "the UTC day 2026-01-02, on this market (XRPUSDT) alone"
    assert quote.value("volume_change_24h") == 50.0
    assert "turnover" not in quote.figures


def test_volume_that_was_not_recorded_is_missing() -> None:
    series = make_series(datetime(2026, 1, 1, tzinfo=UTC), [2.0, 3.0])
    bare = tuple(structs.replace(bar, quote_volume=None) for bar in series.candles)
    quote = compute_quote(XRP, structs.replace(series, candles=bare))
    for field in ("volume_24h", "volume_change_24h"):
        assert reason(quote, field) == "the record holds no volume in the quote currency"


def test_highs_and_lows_are_dated_and_limited_to_the_record() -> None:
    quote = compute_quote(XRP, make_series(datetime(2026, 1, 1, tzinfo=UTC), [2.0, 8.0, 4.0]))
    assert quote.value("ath") == 1.1 * 8.0
    assert quote.value("atl") == 0.9 * 1.0
    assert quote.times == {"ath": datetime(2026, 1, 2, tzinfo=UTC), "atl": datetime(2026, 1, 1, tzinfo=UTC)}
    assert quote.value("percent_from_ath") == (4.0 - 8.8) / 8.8 * 100
    assert quote.figures["ath"].provenance.note == (
        "reached on 2026-01-02, within the record since 2026-01-01, not necessarily of all time"
    )
    assert (quote.value("high_24h"), quote.value("low_24h")) == (1.1 * 8.0, 0.9 * 4.0)


def test_of_two_equal_highs_the_first_counts() -> None:
    quote = compute_quote(XRP, make_series(datetime(2026, 1, 1, tzinfo=UTC), [2.0, 8.0, 8.0]))
    assert quote.times["ath"] == datetime(2026, 1, 2, tzinfo=UTC)


def test_bitcoins_worth_is_price_times_the_computed_supply_and_says_so() -> None:
    quote = compute_quote(BITCOIN, make_series(datetime(2026, 9, 9, tzinfo=UTC), [78264.1], asset_id=1))
    assert quote.value("circulating_supply") == 20_080_350.0
    assert quote.value("market_cap") == 78264.1 * 20_080_350.0
    provenance = quote.figures["market_cap"].provenance
    assert provenance.mode == "computed"
    assert provenance.source == "binance_usdm × bitcoin_block_schedule"
    assert provenance.note is not None
    assert "144 blocks a day" in provenance.note
    assert quote.value("fully_diluted_market_cap") == 78264.1 * 21_000_000


def test_the_worth_of_an_asset_without_a_supply_is_missing() -> None:
    quote = compute_quote(XRP, ending(datetime(2026, 9, 9, tzinfo=UTC), 40))
    for field in ("circulating_supply", "total_supply", "market_cap"):
        assert reason(quote, field) == "no source of XRP's supply is at hand"
    assert reason(quote, "max_supply") == "the catalogue holds no fixed maximum for XRP"
    assert reason(quote, "fully_diluted_market_cap") == "the maximum supply is not known"


@pytest.mark.parametrize("change", [{"interval": "1w"}, {"candles": ()}, {"asset_id": 1}])
def test_a_series_that_makes_no_quote_is_refused(change: dict[str, object]) -> None:
    series = structs.replace(ending(datetime(2026, 9, 9, tzinfo=UTC), 3), **change)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="needs its own daily candles"):
        compute_quote(XRP, series)


def test_without_extremes_all_else_is_the_same() -> None:
    series = ending(datetime(2026, 9, 9, tzinfo=UTC), 1500)
    whole, short = compute_quote(XRP, series), compute_quote(XRP, series, with_extremes=False)
    extremes = {"ath", "atl", "percent_from_ath", "percent_from_atl"}
    assert set(whole.figures) - set(short.figures) == extremes
    assert all(short.figures[field] == whole.figures[field] for field in short.figures)
    assert (short.missing, short.times) == (whole.missing, {})


def test_closes_are_found_beside_a_gap_in_the_record() -> None:
    series = ending(datetime(2026, 9, 9, tzinfo=UTC), 400)
    gap = datetime(2026, 9, 7, tzinfo=UTC)
    holed = structs.replace(series, candles=tuple(bar for bar in series.candles if bar.opened_at != gap))
    assert (
        compute_quote(XRP, holed).figures["percent_change_30d"]
        == compute_quote(XRP, series).figures["percent_change_30d"]
    )


def test_the_worth_at_a_simulated_price_is_simulated() -> None:
    series = make_series(datetime(2026, 9, 9, tzinfo=UTC), [78264.1], asset_id=1)
    simulated = structs.replace(series, provenance=structs.replace(series.provenance, mode="simulated"))
    assert compute_quote(BITCOIN, simulated).figures["market_cap"].provenance.mode == "simulated"
