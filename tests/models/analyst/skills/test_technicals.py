"""Technical analysis of assets: which questions it takes, and figures that are the tool's own."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from typing import Any

import numpy as np
import pytest
import pytest_asyncio

from cryptodesk.models.analyst.formats import money
from cryptodesk.models.analyst.skills._technical_asked import Slots
from tests.models.analyst.desk import ask as ask_analyst
from tests.models.analyst.desk import called
from tests.models.analyst.skills.risk_desk import (
    MODES,
    Desks,
    ask,
    assert_calls_validate,
    bare,
    claimed,
    closes,
    lines,
    open_desks,
    read,
    table_rows,
)

pytestmark = [pytest.mark.asyncio(loop_scope="module")]

OURS = """
RSI of BTC
rsi btc
what's the 14 day RSI of ethereum
TA of ETH on the daily
technical analysis of BTC
Technical analysis for solana please
give me the technicals on ADA
is BTC overbought?
is sol oversold right now
MACD of ETH
macd and rsi for xrp on the 4h
50 and 200 day moving averages of BTC
BTC 200dma
sma50 of SOL
20 day ema of ETH
is BTC above its 200 day moving average
golden cross BTC
has ETH had a death cross
bollinger bands of SOL
ATR of DOGE
pivot points for BTC
support and resistance of XRP
key levels of ETH
where is the support of BTC
what are the resistance levels for SOL on the weekly
fibonacci levels of BTC
fib retracement levels for eth
What does the rising wedge breakout on the Ethereum daily chart indicate about continued momentum?
head and shoulders on BTC?
is there a bull flag on SOL
compare the RSI of BTC, ETH and SOL
what do the charts say about ADA
ichimoku cloud for BTC
where's the 200 day average of BTC
is ETH above its 50 day MA
RSI for SOL on the 4h
bollinger bands of LINK daily
is bitcoin overheated on the weekly rsi
sma50 ETH
where does ADA's next resistance sit
pivot points btc
macd cross on SOL yet?
fib levels of eth
is xrp overbought on the daily
14-day relative strength of doge
ema 20 of avax
has SOL crossed over its 200-day line
btc weekly rsi value
is SOL trading over its 50-day average
what's the 200 week average of bitcoin
eth macd daily bullish or bearish
nearest support for LINK
ADA rsi?
has btc made a golden cross
"""
NOT_OURS = """
what is RSI?
how does the MACD work
what does overbought mean
coins with RSI below 30
top 10 oversold coins
which altcoin just broke resistance?
does binance support BTC
is solana supported by ledger
price of BTC
BTC high and low in March 2024
compare BTC and ETH
why did BTC break resistance
should I buy ETH although it is oversold?
good entry for ADA with TP and SL
is the crypto market overbought
how volatile is SOL
technical documentation of SOL
Which market indicators are more reliable for comparing the strength of Bitcoin dominance?
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desks(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Desks, None]:
    async with open_desks(tmp_path_factory.mktemp("technicals")) as found:
        yield found


@pytest.mark.parametrize("question", lines(OURS))
async def test_it_takes_questions_of_technical_analysis(question: str) -> None:
    assert claimed(question) == "technicals"


@pytest.mark.parametrize("question", lines(NOT_OURS))
async def test_it_leaves_its_neighbours_alone(question: str) -> None:
    assert claimed(question) != "technicals"


@pytest.mark.parametrize(
    ("question", "slots"),
    [
        ("macd and rsi for xrp on the 4h", Slots(("macd", "rsi"), "4h")),
        ("weekly RSI of BTC", Slots(("rsi",), "1w")),
        ("20 and 50 EMA of BTC", Slots(("averages",), lengths=(20, 50), is_exponential=True)),
        ("is BTC oversold", Slots(("rsi",), is_verdict=True)),
        ("bull flag on SOL", Slots(patterns=("bull flag",))),
        ("TA of ETH", Slots()),
    ],
)
async def test_indicators_bars_and_patterns_are_read(question: str, slots: Slots) -> None:
    assert read(question).slots == slots


async def test_a_follow_up_changes_the_asset() -> None:
    plan = read("and ETH?", "RSI of BTC")
    assert (plan.skill, plan.assets[0].symbol, plan.slots.topics) == ("technicals", "ETH", ("rsi",))


def _body(said: Any, at: int = 0) -> dict[str, Any]:
    body: dict[str, Any] = said.results("cmc_technical_analysis")[at]["technical_analysis_result"]
    return body


@pytest.mark.xdist_group("analyst-skills")
@pytest.mark.parametrize("mode", MODES)
async def test_the_whole_analysis_says_every_figure_of_the_tool(desks: Desks, mode: str) -> None:
    said = await ask(desks[mode], "TA of ETH on the daily")
    assert_calls_validate(said)
    body, text, rows = _body(said), bare(said.text), table_rows(said.text)
    show = lambda value: money(value, body["quote_currency"])  # noqa: E731 - a short name keeps the cases readable
    for length, value in body["rsi"].items():
        word = "overbought" if value >= 70 else "oversold" if value <= 30 else "neither overbought nor oversold"
        assert rows[f"RSI({length[3:]})"] == [f"{value:.2f}", word]
    for field, value in body["moving_averages"].items():
        name = f"{'SMA' if field.startswith('simple') else 'EMA'}({field.split('_')[-2]})"
        assert rows[name][0] == show(value)
        assert rows[name][1].endswith("above it" if body["close"] > value else "below it")
    macd = body["macd"]
    side = "above" if macd["macdLine"] > macd["signalLine"] else "below"
    assert rows["MACD line"] == [
        show(macd["macdLine"]), f"{side} the signal of {show(macd['signalLine'])}; histogram {show(macd['histogram'])}",
    ]  # fmt: skip
    for name, levels in (("Support", body["supports"]), ("Resistance", body["resistances"])):
        for at, value in enumerate(levels, 1):
            assert rows[f"{name} {at}"] == [show(value), f"{(value / body['close'] - 1) * 100:+.2f}%"]
    fibonacci = body["fibonacciLevels"]
    for level in (*fibonacci["retracementLevels"].items(), *fibonacci["extensionLevels"].items()):
        assert f"{level[0]} at {show(level[1])}" in text
    assert body["bar_time"][:10] in said.answer


@pytest.mark.xdist_group("analyst-skills")
async def test_one_indicator_is_asked_and_said_by_itself(desks: Desks) -> None:
    said = await ask(desks["snapshot"], "is BTC overbought?")
    body = _body(said)
    assert set(body) & {"macd", "moving_averages", "supports"} == set()
    assert f"By its RSI(14) of {body['rsi']['rsi14']:.2f} Bitcoin is" in bare(said.answer)
    assert "70 or more is called overbought" in said.text


@pytest.mark.xdist_group("analyst-skills")
async def test_averages_of_other_lengths_and_bands_are_drawn_from_the_closes(desks: Desks) -> None:
    said = await ask(desks["snapshot"], "50 day moving average and bollinger bands of SOL")
    assert_calls_validate(said)
    prices = closes(said, "SOL")[1]
    middle, spread = np.mean(prices[-20:]), np.std(prices[-20:])
    text = bare(said.text)
    assert f"the SMA(50) is {money(float(np.mean(prices[-50:])))}" in text
    assert f"from {money(float(middle - 2 * spread))} to {money(float(middle + 2 * spread))}" in text


@pytest.mark.xdist_group("analyst-skills")
async def test_a_cross_is_found_on_the_closes_with_its_day(desks: Desks) -> None:
    said = await ask(desks["snapshot"], "golden cross BTC")
    days, prices = closes(said, "BTC")
    ups = [np.mean(prices[at - 49 : at + 1]) > np.mean(prices[at - 199 : at + 1]) for at in range(199, len(prices))]
    turns = [at for at in range(1, len(ups)) if ups[at] != ups[at - 1]]
    kind = "golden" if ups[turns[-1]] else "death"
    assert f"the last cross was a {kind} cross on {days[turns[-1] + 199]}" in bare(said.text)


@pytest.mark.xdist_group("analyst-skills")
async def test_several_assets_are_a_table(desks: Desks) -> None:
    said = await ask(desks["snapshot"], "TA of BTC and ETH")
    rows = table_rows(said.text)
    for at, name in enumerate(("Bitcoin", "Ethereum")):
        body = _body(said, at)
        assert rows[name][0] == money(body["close"], body["quote_currency"])
        assert rows[name][1].startswith(f"{body['rsi']['rsi14']:.2f}")


@pytest.mark.xdist_group("analyst-skills")
async def test_a_pattern_is_named_as_not_computed_beside_the_indicators(desks: Desks) -> None:
    said = await ask(desks["snapshot"], "What does the rising wedge on the ETH daily chart indicate?")
    assert said.answer.startswith("No tool here computes or recognises “rising wedge”")
    assert f"{_body(said)['rsi']['rsi14']:.2f}" in said.text


async def _written(question: str, body: dict[str, Any], *gaps: tuple[str, str]) -> str:
    result = {
        "technical_analysis_result": {"asset_id": 1, "name": "Bitcoin", "symbol": "BTC", "interval": "1d", **body},
        "as_of": "2026-09-10T00:00:00Z", "source": ["binance_usdm"], "provenance": [], "notes": [],
        "unavailable": [{"field": field, "reason": reason} for field, reason in gaps],
    }  # fmt: skip
    arguments = {"asset_type": "coin", "id": 1, "interval": "1d"}
    answer = await ask_analyst(question, *called("cmc_technical_analysis", arguments, json.loads(json.dumps(result))))
    return answer.text


@pytest.mark.parametrize(
    ("question", "field", "name"),
    [
        ("RSI of BTC", "rsi.rsi14", "The RSI(14) of Bitcoin is not available"),
        ("MACD of BTC", "macd.signalLine", "The MACD of Bitcoin is not available"),
        ("moving averages of BTC", "moving_averages", "The moving averages of Bitcoin are not available"),
        ("pivot points of BTC", "pivotPoint", "Support and resistance of Bitcoin are not available"),
        ("fibonacci levels of BTC", "fibonacciLevels", "Fibonacci levels of Bitcoin are not available"),
    ],
)
async def test_a_missing_figure_is_said_with_the_tools_reason(question: str, field: str, name: str) -> None:
    body = {"close": 100.0, "quote_currency": "USD", "bar_time": "2026-09-10T00:00:00Z"}
    assert f"{name}: needs 35 bars, 12 usable." in await _written(question, body, (field, "needs 35 bars, 12 usable"))


async def test_without_any_bar_there_is_no_analysis() -> None:
    body = {"close": None, "quote_currency": "USD", "bar_time": None}
    text = await _written("TA of BTC", body, ("technical_analysis_result", "no 1d candles of Bitcoin are at hand"))
    assert text == "There is no technical analysis of Bitcoin: no 1d candles of Bitcoin are at hand."


@pytest.mark.parametrize(("value", "word"), [(70.0, "overbought"), (69.99, "neither"), (30.0, "oversold")])
async def test_the_word_follows_the_stated_threshold(value: float, word: str) -> None:
    body = {"close": 1.0, "quote_currency": "USD", "bar_time": "2026-09-10T00:00:00Z", "rsi": {"rsi14": value}}
    assert f"is **{word}" in await _written("is BTC overbought?", body)


@pytest.mark.xdist_group("analyst-skills")
@pytest.mark.parametrize(
    ("question", "field", "short"),
    [
        ("bitcoin 200 day moving average", "simple_moving_average_200_day", "SMA(200)"),
        ("30 day ema of BTC", "exponential_moving_average_30_day", "EMA(30)"),
    ],
)
async def test_averages_of_the_tool_s_own_lengths_are_its_own(
    desks: Desks, question: str, field: str, short: str
) -> None:
    said = await ask(desks["snapshot"], question)
    assert_calls_validate(said)
    body = said.results("cmc_technical_analysis")[0]["technical_analysis_result"]
    value = money(body["moving_averages"][field], body["quote_currency"])
    assert f"Of Bitcoin the {short} is {value}, with the close" in bare(said.answer)
    assert said.results("cmc_market_data") == []
