"""Spans, requests and bars, as every spot exchange has them; Binance stands for all."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from cryptodesk.market.query import Query
from cryptodesk.market.records import INTERVALS, CandleSeries, Interval
from cryptodesk.market.sources._bars import MOST_REQUESTS, bar, ceiling, floor
from cryptodesk.market.sources._figures import milliseconds
from cryptodesk.market.sources.binance import SOURCE
from tests.market.sources.exchanges import (
    BTC,
    CONTEXT,
    COPIED,
    DOGE,
    ETH,
    IMPOSTOR,
    LINK,
    LUNA,
    NOW,
    PEPE,
    answer,
    ask,
    at,
    body,
    candles,
    read,
    route,
)

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def hourly(**fields: Any) -> Query[CandleSeries]:
    return Query(**{"kind": CandleSeries, "ids": (BTC,), "interval": "1h", **fields})


def spans(query: Query[Any], **context: Any) -> list[tuple[datetime, datetime]]:
    """From the first opening until after the last, of each request."""
    found = []
    for request in ask(SOURCE, query, structs.replace(CONTEXT, **context)):
        params = dict(request.params)
        first, last = (
            at("1970-01-01") + timedelta(milliseconds=int(params[name])) for name in ("startTime", "endTime")
        )
        found.append((first, last + timedelta(milliseconds=1)))
    return found


def row(opened_at: datetime, *prices: Any, volume: Any = "1") -> list[Any]:
    return [milliseconds(opened_at), *(prices or ("1", "2", "0.5", "1.5")), volume, 0, "1"]


# What is asked


def test_a_question_about_a_moment_asks_for_bars_over_by_then() -> None:
    assert spans(hourly(as_of=at("2026-09-01 10:30"))) == [
        (at("2026-09-01 10:00") - 400 * HOUR, at("2026-09-01 10:00"))
    ]


def test_an_end_is_exclusive_and_a_start_inclusive() -> None:
    assert spans(hourly(start=at("2026-09-01"), end=at("2026-09-02"))) == [(at("2026-09-01"), at("2026-09-02"))]
    between = hourly(start=at("2026-09-01 00:10"), end=at("2026-09-01 05:10"))
    assert spans(between) == [(at("2026-09-01 01:00"), at("2026-09-01 06:00"))]


def test_nothing_is_asked_of_the_future_or_of_an_empty_span() -> None:
    assert spans(hourly(start=NOW + DAY)) == []
    assert spans(hourly(start=at("2026-09-02"), end=at("2026-09-02"))) == []
    assert spans(hourly(start=at("2026-09-02"), end=at("2026-09-01"))) == []
    assert spans(hourly(start=at("2026-09-09 10:00"), end=NOW + DAY)) == [
        (at("2026-09-09 10:00"), at("2026-09-09 12:00"))
    ]


def test_a_long_span_is_several_requests_that_meet() -> None:
    start = at("2026-09-09 12:00") - 2500 * HOUR
    found = spans(hourly(start=start))
    assert found == [
        (start, start + 1000 * HOUR),
        (start + 1000 * HOUR, start + 2000 * HOUR),
        (start + 2000 * HOUR, at("2026-09-09 12:00")),
    ]


def test_a_span_too_long_to_be_answered_in_time_is_not_asked_for() -> None:
    longest = at("2026-09-09 12:00") - MOST_REQUESTS * 1000 * HOUR
    assert len(spans(hourly(start=longest))) == MOST_REQUESTS
    assert spans(hourly(start=longest - HOUR)) == []


def test_assets_are_asked_for_whole_as_long_as_there_are_requests_left() -> None:
    start = at("2026-09-09 12:00") - 11_000 * HOUR
    first_alone = ask(SOURCE, hourly(ids=(BTC, ETH), start=start))
    assert {dict(request.params)["symbol"] for request in first_alone} == {"BTCUSDT"}


def test_questions_of_one_bar_are_one_question_to_the_exchange() -> None:
    later = structs.replace(CONTEXT, now=NOW + timedelta(minutes=57))
    next_bar = structs.replace(CONTEXT, now=NOW + timedelta(minutes=58))
    assert ask(SOURCE, hourly()) == ask(SOURCE, hourly(), later)
    assert ask(SOURCE, hourly()) != ask(SOURCE, hourly(), next_bar)


def test_weeks_begin_on_mondays() -> None:
    ((start, end),) = spans(hourly(interval="1w"))
    assert (start.weekday(), end) == (0, at("2026-09-07"))


# Whose bars


def test_a_ticker_that_two_assets_claim_is_never_asked_for() -> None:
    assert ask(SOURCE, hourly(ids=(LINK,))) == ask(SOURCE, hourly(ids=(COPIED,))) == ()


def test_an_impostor_is_not_given_the_candles_of_its_original() -> None:
    assert ask(SOURCE, hourly(ids=(IMPOSTOR,))) == ()


def test_an_unclaimed_ticker_is_that_of_its_one_bearer() -> None:
    (request,) = ask(SOURCE, hourly(ids=(PEPE,)))
    assert dict(request.params)["symbol"] == "PEPEUSDT"


def test_bars_from_before_its_launch_are_another_assets() -> None:
    query = hourly(ids=(LUNA,), interval="1d", start=at("2021-01-01"), end=at("2022-06-10"))
    assert spans(query) == [(at("2022-05-28"), at("2022-06-10"))]
    assert spans(structs.replace(query, end=at("2022-05-01"))) == []


def test_ids_that_are_no_coins_are_left_to_others() -> None:
    assert ask(SOURCE, hourly(ids=("ethereum:0xabc", "12x", 99, "total"))) == ()
    assert ask(SOURCE, hourly(ids=None)) == ()
    assert len(ask(SOURCE, hourly(ids=("74", DOGE)))) == 1


# What is made of it


def test_bars_out_of_order_doubled_unasked_misplaced_or_unfinished_come_out_clean() -> None:
    start = at("2026-09-09 08:00")
    rows = [
        row(start + 3 * HOUR),
        row(start + HOUR),
        row(start + HOUR),
        row(start),
        row(start - HOUR),
        row(start + timedelta(minutes=90)),
        row(start + 4 * HOUR),
    ]
    series = candles(SOURCE, hourly(start=start), body(rows))
    assert [one.opened_at for one in series.candles] == [start, start + HOUR, start + 3 * HOUR]
    assert series.provenance.as_of == start + 4 * HOUR


def test_a_bar_that_was_not_over_when_it_was_fetched_is_left_out_whenever_it_is_read() -> None:
    start = at("2026-09-09 08:00")
    early = answer(body([row(start), row(start + HOUR)]), fetched_at=start + HOUR + timedelta(minutes=59))
    (series,) = route(SOURCE, CandleSeries).to_records([early], hourly(start=start), CONTEXT)
    assert [one.opened_at for one in series.candles] == [start]


@pytest.mark.parametrize(
    "prices",
    [
        ("1", "0.9", "0.5", "0.8"),
        ("1", "2", "1.1", "1.5"),
        ("1", "2", "0.5", "2.1"),
        ("1", "2", "0.5", "0.4"),
        ("nan", "2", "0.5", "1"),
        ("1", "inf", "0.5", "1"),
        ("1", "1e999", "0.5", "1"),
        ("0", "2", "0", "1"),
        ("-1", "2", "-1", "1"),
        (None, "2", "0.5", "1"),
        ("1,5", "2", "0.5", "1"),
        (True, "2", "0.5", "1"),
        ("", "2", "0.5", "1"),
        (["1"], "2", "0.5", "1"),
    ],
)
def test_a_bar_that_cannot_be_is_left_out_alone(prices: tuple[Any, ...]) -> None:
    start = at("2026-09-09 08:00")
    series = candles(SOURCE, hourly(start=start), body([row(start, *prices), row(start + HOUR)]))
    assert [one.opened_at for one in series.candles] == [start + HOUR]


@pytest.mark.parametrize("volume", ["-1", "nan", None, "x"])
def test_a_bar_without_a_volume_is_left_out_and_one_without_trades_is_not(volume: Any) -> None:
    start = at("2026-09-09 08:00")
    rows = [row(start, volume=volume), row(start + HOUR, volume="0")]
    assert [one.volume for one in candles(SOURCE, hourly(start=start), body(rows)).candles] == [0.0]


def test_bars_of_several_answers_are_one_series() -> None:
    start = at("2026-09-09 12:00") - 1500 * HOUR
    first = body([row(start), row(start + 999 * HOUR)])
    second = body([row(start + 1000 * HOUR)])
    (series,) = read(SOURCE, hourly(start=start), first, second)
    assert [one.opened_at for one in series.candles] == [start, start + 999 * HOUR, start + 1000 * HOUR]


@given(st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2090, 1, 1)), st.sampled_from(sorted(INTERVALS)))
def test_a_moment_lies_in_the_bar_that_floor_gives(moment: datetime, interval: Interval) -> None:
    aware, length = moment.replace(tzinfo=NOW.tzinfo), INTERVALS[interval]
    assert floor(aware, length) <= aware < floor(aware, length) + length
    assert ceiling(aware, length) in (aware, floor(aware, length) + length)
    assert floor(floor(aware, length), length) == floor(aware, length)


@given(
    st.lists(st.floats() | st.text(max_size=5) | st.none(), min_size=4, max_size=4), st.floats() | st.text(max_size=5)
)
def test_whatever_comes_a_bar_is_sound_or_none(prices: list[Any], volume: Any) -> None:
    made = bar(NOW, prices, volume)
    if made is not None:
        candle = made.candle
        assert 0 < candle.low <= min(candle.open, candle.close) <= max(candle.open, candle.close) <= candle.high
        assert 0 <= candle.volume < float("inf")
