# ruff: noqa: E501 - cases and canned results read better with one a line

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cryptodesk.core.clock import FixedClock
from cryptodesk.core.errors import OutputLimitTooLow
from cryptodesk.core.events import ModelFinished, ModelStarted, TextDelta, ToolCallDelta
from cryptodesk.core.messages import Message, ToolCallPart, ToolResultPart, text_message
from cryptodesk.core.usage import Usage
from cryptodesk.models._kinds import ProviderConfig, ProviderServices
from cryptodesk.models.analyst import PROVIDER, SERVED_MODEL, Analyst
from cryptodesk.models.analyst.tokens import estimate_input_tokens, estimate_tokens
from tests.models.analyst.desk import CLOCK, MARKET, TOOLS, WORLD, ask, bars, called, lookup, market, quote

PRICE = called("cmc_market_data", {"ids": [1]}, market(quote("BTC", price=60000.0, percent_change_24h=1.0)))


async def test_it_names_itself_first_and_ends_with_its_usage() -> None:
    answer = await ask("price of BTC", *PRICE)
    assert answer.events[0] == ModelStarted("cryptodesk-analyst-1") == ModelStarted(SERVED_MODEL)
    tokens = estimate_tokens(answer.text)
    assert answer.finished is not None
    assert answer.finished.usage is not None
    usage = Usage(answer.finished.usage.input_tokens, tokens)
    assert answer.finished == ModelFinished("stop", usage, answer.finished.computed)


async def test_it_hands_over_its_figures_with_what_they_are_of() -> None:
    answer = await ask("price of BTC", *PRICE)
    assert answer.finished is not None
    handed = {one.field: one for one in answer.finished.computed}
    price = handed["price"]
    assert (price.unit, price.asset, price.symbol, price.asset_id) == ("USD", "Bitcoin", "BTC", 1)
    assert price.as_of
    assert f"{price.value:,.2f}" in answer.text


async def test_a_figure_of_one_day_is_handed_over_with_that_day() -> None:
    rows = bars(
        ("2026-03-01", 100.0, 130.0, 90.0, 120.0, 5.0),
        ("2026-03-02", 120.0, 180.0, 110.0, 150.0, 5.0),
        ("2026-03-03", 150.0, 160.0, 80.0, 140.0, 5.0),
    )
    asked = {"ids": [1], "metrics": ["history"]}
    data = called("cmc_market_data", asked, market(quote("BTC", history=rows)))
    answer = await ask("high and low of BTC in March 2026", *data)
    assert answer.finished is not None
    days = {one.field: (one.value, one.as_of) for one in answer.finished.computed}
    assert days["period_high"] == (180.0, "2026-03-02")
    assert days["period_low"] == (80.0, "2026-03-03")


async def test_text_comes_in_groups_of_words_that_join_to_the_whole() -> None:
    answer = await ask("price of BTC", *PRICE)
    deltas = [event.text for event in answer.events if isinstance(event, TextDelta)]
    assert len(deltas) > 3
    assert all(1 <= len(delta.split()) <= 4 for delta in deltas)


async def test_the_same_request_gives_the_same_events() -> None:
    assert (await ask("price of BTC", tools=TOOLS)).events == (await ask("price of BTC", tools=TOOLS)).events


@pytest.mark.parametrize("limit", [0, 1, 14])
async def test_a_limit_under_fifteen_tokens_is_refused(limit: int) -> None:
    with pytest.raises(OutputLimitTooLow, match="max_tokens"):
        await ask("price of BTC", max_output_tokens=limit)


async def test_the_text_is_cut_at_the_limit() -> None:
    answer = await ask("price of BTC", *PRICE, max_output_tokens=15)
    assert answer.finished.finish_reason == "length"
    assert len(answer.text) == 60
    assert answer.finished.usage is not None
    assert answer.finished.usage.output_tokens == 15


async def test_a_limit_that_suffices_changes_nothing() -> None:
    assert (await ask("price of BTC", *PRICE, max_output_tokens=500)).events == (
        await ask("price of BTC", *PRICE)
    ).events


async def test_a_call_is_cut_at_the_limit_too() -> None:
    answer = await ask("compare BTC, ETH, SOL, XRP and DOGE in the last 7 days", tools=[MARKET], max_output_tokens=15)
    assert answer.finished.finish_reason == "length"
    with pytest.raises(json.JSONDecodeError):
        json.loads(answer.calls[0].arguments)


def test_tokens_are_a_quarter_of_the_characters_rounded_up() -> None:
    assert [estimate_tokens(text) for text in ("", "a", "abcd", "abcde")] == [0, 1, 1, 2]


def test_input_tokens_count_messages_calls_results_and_schemas() -> None:
    messages = [
        text_message("user", "x" * 8),
        Message("assistant", (ToolCallPart("c", "name", "args"),)),
        Message("tool", (ToolResultPart("c", "y" * 12),)),
    ]
    assert estimate_input_tokens(messages, ()) == 2 + 2 + 3
    assert estimate_input_tokens(messages, TOOLS) > 100


def test_the_kind_builds_it_and_takes_no_options() -> None:
    services = ProviderServices(CLOCK, WORLD)
    built = PROVIDER.build(ProviderConfig("desk", services))
    assert (PROVIDER.name, built.name) == ("analyst", "desk")
    with pytest.raises(ValueError, match="no options"):
        PROVIDER.build(ProviderConfig("desk", services, options={"temperature": 1}))
    with pytest.raises(ValueError, match="find"):
        PROVIDER.build(ProviderConfig("desk", ProviderServices(CLOCK, object())))


async def test_without_knowledge_names_are_left_to_the_lookup() -> None:
    bare = PROVIDER.build(ProviderConfig("desk", ProviderServices(CLOCK)))
    assert isinstance(bare, Analyst)
    assert (await ask("price of Bitcoin", tools=TOOLS, analyst=bare)).arguments == [{"query": "Bitcoin"}]
    found = called("cmc_id_lookup", {"query": "Bitcoin"}, lookup("BTC"))
    assert (await ask("price of Bitcoin", *found, tools=TOOLS, analyst=bare)).arguments[0]["ids"] == [1]
    await bare.close()


async def test_relative_dates_count_from_the_clock() -> None:
    early = Analyst("a", WORLD, FixedClock(datetime(2025, 2, 1, tzinfo=UTC)))
    arguments = (await ask("BTC last month", tools=[MARKET], analyst=early)).arguments[0]
    assert (arguments["history"]["time_start"], arguments["history"]["time_end"]) == ("2025-01-01", "2025-01-31")


HOSTILE = [
    "", " ", "\x00\x01\x02", "🚀🌕💎🙌", "\u202e\u200b\ufeff", "price of BTC " * 8000, "(" * 50_000, "9" * 50_000, "1+" * 25_000,
    "a" * 100_000, "between 1 and " * 5000, "$" * 10_000, "İstanbul price of BTC", "last 99999999999 days of BTC", "BTC on 2024-02-31",
    "BTC in year 0000", "BTC 999999999999 years ago", "BTC 9999 years ago", "1e999999 * 1e999999", "0x5C50f4B9Bda2045921A659174e0468691BE783fc",
    "from to between and", "since", "in", "\ud800 price of BTC", "compare " + "BTC ETH SOL " * 500, "in May may March march BTC", "%%%%", "{{7*7}}",
    "BTC between 29 February and 1 March 2025", "price of BTC; DROP TABLE assets; --", "last 0 days BTC", "1000000 years BTC",
]  # fmt: skip


@pytest.mark.parametrize("question", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("choice", ["auto", "none", "required"])
async def test_bad_input_gets_an_answer_or_a_call_and_never_an_error(question: str, choice: str) -> None:
    answer = await ask(question, tools=TOOLS, tool_choice=choice)
    assert isinstance(answer.events[-1], ModelFinished)
    assert answer.text or answer.calls
    assert not answer.text or (await ask(question)).text


WORDS = st.lists(
    st.sampled_from(
        [
            "price",
            "of",
            "BTC",
            "ETH",
            "Solana",
            "compare",
            "and",
            "vs",
            "last",
            "30",
            "days",
            "in",
            "March",
            "2024",
            "since",
            "between",
            "1",
            "May",
            "2025",
            "what",
            "is",
            "the",
            "change",
            "volume",
            "market",
            "cap\n",
            "",
            "",
            "",
            "",
            "",
            "",
            "",
            "how",
            "much",
            "convert",
            "2.5",
            "USD",
            "to",
            "15%",
            "2300",
            "if",
            "I",
            "put",
            "$1000",
            "on",
            "yesterday",
            "high",
            "low",
            "all-time",
            "ever",
            "its",
            "it",
            "about",
            "should",
            "buy",
            "will",
            "hit",
            "?",
            ",",
            "(",
            ")",
            "*",
            "/",
            "-",
            "+\n",
            "",
            "",
            "",
            "",
            "",
            "",
            "",
            "quarter",
            "Q3",
            "half",
            "year",
            "ago",
            "month",
            "week",
            "supply",
            "id",
            "ytd",
            "today",
            "percent",
            "from",
            "42k",
            "million",
        ]
    ),
    max_size=25,
).map(" ".join)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    question=st.one_of(st.text(max_size=400), WORDS),
    earlier=st.lists(WORDS, max_size=2),
    choice=st.sampled_from(["auto", "none", "required"]),
)
async def test_any_text_ends_well(question: str, earlier: list[str], choice: str) -> None:
    answer = await ask(*earlier, question, tools=TOOLS, tool_choice=choice)
    assert isinstance(answer.events[-1], ModelFinished)
    for event in answer.events:
        if isinstance(event, ToolCallDelta):
            json.loads(event.arguments)


JSON_VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=20)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(
            st.sampled_from(["results", "price", "history", "rows", "headers", "asset_id", "as_of", "fields"]),
            inner,
            max_size=4,
        ),
    ),
    max_leaves=12,
)


@settings(max_examples=200, deadline=None)
@given(
    inner=JSON_VALUES,
    top=JSON_VALUES,
    question=st.sampled_from(["price of BTC", "BTC in March 2024", "compare BTC and ETH", "CMC id of BTC", "2+2"]),
)
async def test_any_result_is_read_without_an_error(inner: object, top: object, question: str) -> None:
    for name, key in (
        ("cmc_market_data", "market_data_result"),
        ("cmc_id_lookup", "coin_id_look_up_result"),
        ("cmc_math_eval", "math_eval_result"),
    ):
        body = {**(top if isinstance(top, dict) else {}), key: inner}
        answer = await ask(question, *called(name, {"ids": [1]}, body))
        assert answer.text


async def test_a_conversation_without_a_question_is_answered() -> None:
    assert (await ask()).text
    assert (await ask(text_message("system", "be nice"))).text
    assert (await ask(text_message("assistant", "hello"))).text
