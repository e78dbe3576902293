"""Verdicts on single sentences: what binds, what contradicts, and the reason that is given."""

# ruff: noqa: E501 - cases read better with one a line

from __future__ import annotations

import json

import pytest

from cryptodesk.verification import ToolResult
from tests.verification.support import BITCOIN, check, market, verdicts


@pytest.mark.parametrize(
    ("text", "figure"),
    [
        ("Bitcoin trades at $78,264.10.", "$78,264.10"),
        ("BTC is about $78.3K.", "$78.3K"),
        ("Bitcoin costs 78,264.10 USD.", "78,264.10 USD"),
        ("Its market cap is $1.57 trillion. Bitcoin, that is.", "$1.57 trillion"),
        ("Bitcoin fell 0.21% over the last 24 hours.", "0.21%"),
        ("Bitcoin: -0.2% (24h)", "-0.2%"),
        ("Ethereum gained 3.2 percent this week.", "3.2 percent"),
        ("Bitcoin is down 38% from its all-time high.", "38%"),
        ("20,080,350 BTC circulate.", "20,080,350 BTC"),
        ("Bitcoin has rank #1.", "#1"),
        ("Bitcoin's 24h volume is 12.03 billion dollars.", "12.03 billion dollars"),
        ("Ethereum is worth over $2,400.", "$2,400"),
        ("Bitcoin is at nearly $79,000.", "$79,000"),
    ],
)
def test_a_right_figure_is_bound(text: str, figure: str) -> None:
    assert verdicts(text)[figure] == "bound"


@pytest.mark.parametrize(
    ("text", "figure", "reason"),
    [
        ("Ethereum trades at $78,264.10.", "$78,264.10", "another asset"),
        ("Bitcoin's 24h volume is $1.57 trillion.", "$1.57 trillion", "another field"),
        ("Bitcoin rose 22.40% over the last 7 days.", "22.40%", "another period"),
        ("Bitcoin rose 0.21% over 24 hours.", "0.21%", "opposite direction"),
        ("Bitcoin trades at €78,264.10.", "€78,264.10", "another unit"),
        ("Bitcoin's market cap is $1.57 billion.", "$1.57 billion", "magnitude"),
        ("Bitcoin trades at about $100,000.", "$100,000", "rounded too far"),
        ("Bitcoin trades at $64,999.00.", "$64,999.00", "is 78264.1 USD"),
        ("Solana trades at $78,264.10.", "$78,264.10", "another asset"),
        ("Bitcoin is at $2,466.97 and Ethereum at $78,264.10.", "$2,466.97", "another asset"),
    ],
)
def test_a_false_figure_is_contradicted_with_its_reason(text: str, figure: str, reason: str) -> None:
    found = next(one for one in check(text).figures if one.text == figure)
    assert found.verdict == "contradicted"
    assert reason in found.reason


def test_a_contradicted_figure_names_the_cell_that_it_should_have_been() -> None:
    found = check("Bitcoin trades at $64,999.00.").figures[0]
    assert found.expected == "$78,264.10"
    cell = found.cells[0]
    assert (cell.call_id, cell.tool, cell.path) == ("call_1", "cmc_market_data", "/market_data_result/results/0/price")
    assert (cell.asset, cell.field, cell.value, cell.unit, cell.as_of) == (
        "Bitcoin",
        "price",
        78264.1,
        "USD",
        "2026-09-10",
    )


def test_what_no_result_holds_is_unbound() -> None:
    assert verdicts("Analysts expect 412 institutions to buy.") == {"412": "unbound"}
    assert check("Bitcoin did well.").status == "no_figures"


@pytest.mark.parametrize(
    ("text", "figure"),
    [
        ("Ethereum did better by 1.9 percentage points over 7 days than Bitcoin.", "1.9 percentage points"),
        ("One bitcoin buys 31.7 ether.", "31.7"),
        ("Bitcoin's price is 31.7 times Ethereum's.", "31.7 times"),
        ("95.6% of Bitcoin's max supply is in circulation: 20,080,350 of 21,000,000.", "95.6%"),
    ],
)
def test_allowed_arithmetic_derives_a_figure(text: str, figure: str) -> None:
    found = verdicts(text)
    assert {found.get(figure), found.get(f"{figure} times"), found.get(f"{figure} ether")} & {"derived"}


def test_the_users_own_figures_are_the_users() -> None:
    assert verdicts("With your $5,000 you could buy some.", asked=["I have $5,000"]) == {"$5,000": "user"}


def test_a_false_premise_of_the_user_is_contradicted_all_the_same() -> None:
    found = verdicts("Yes, the price of Bitcoin is $100,000.", asked=["BTC is at $100,000, right?"])
    assert found == {"$100,000": "contradicted"}


def test_the_users_amount_times_a_price_is_derived() -> None:
    assert verdicts("Your 2 BTC are worth $156,528.20.", asked=["what are 2 BTC worth"])["$156,528.20"] == "derived"


MATH = ToolResult(
    "cmc_math_eval", '{"expression":"pct_change(42000,65000)"}',
    '{"math_eval_result":{"expression":"pct_change(42000,65000)","result":"54.76190476","result_number":54.76190476}}', "m1",
)  # fmt: skip


def test_a_result_of_math_eval_is_derived_and_only_as_what_it_is() -> None:
    assert verdicts("That is an increase of 54.76%.", MATH) == {"54.76%": "derived"}
    assert verdicts("That is an increase of $54.76.", MATH) == {"$54.76": "unbound"}
    assert verdicts("That is an increase of 56.41%.", MATH) == {"56.41%": "unbound"}


NEWS = ToolResult(
    "cmc_content_search", '{"query":"btc"}',
    json.dumps({"content_search_result": {"passages": [{
        "n": 1, "title": "Bitcoin slips", "url": "https://news.example/1",
        "text": "⟦Bitcoin slipped to $77,001.50 on Monday, and 412 funds sold.⟧"}]}}), "n1",
)  # fmt: skip


def test_a_passages_figure_is_quoted_with_its_citation_and_does_not_outvote_market_data() -> None:
    said = check("According to one report, 412 funds sold [1].", NEWS, market())
    assert [(one.verdict, one.cells[0].value) for one in said.figures] == [("quoted", "https://news.example/1")]
    assert verdicts("Bitcoin trades at $77,001.50.", NEWS, market()) == {"$77,001.50": "contradicted"}
    assert verdicts("Bitcoin slipped to $77,001.50, the report said.", NEWS, market()) == {"$77,001.50": "quoted"}


def _history(*closes: float) -> dict[str, object]:
    rows = [[f"2026-09-{at:02d}", close] for at, close in enumerate(closes, 1)]
    return {**BITCOIN, "price": closes[-1], "history": {"interval": "1d", "headers": ["time", "close"], "rows": rows}}


HISTORY = market(_history(100.0, 130.0, 90.0, 120.0))


@pytest.mark.parametrize(
    ("text", "figure", "verdict"),
    [
        ("Bitcoin closed at $130.00 on 2026-09-02.", "$130.00", "bound"),
        ("Bitcoin closed at $130.00 on 2026-09-03.", "$130.00", "contradicted"),
        ("Bitcoin now trades at $130.00.", "$130.00", "contradicted"),
        ("Bitcoin rose 20% from $100.00 to $120.00.", "20%", "derived"),
        ("Bitcoin fell 20% from $100.00 to $120.00.", "20%", "contradicted"),
        ("The highest close was $130.00, the lowest $90.00.", "$90.00", "derived"),
        ("The highest close was $90.00.", "$90.00", "contradicted"),
        ("The average close over the period was $110.00.", "$110.00", "derived"),
        ("Bitcoin rose 33.33% since 2026-09-03.", "33.33%", "derived"),
    ],
)
def test_histories_answer_for_days_extremes_means_and_changes(text: str, figure: str, verdict: str) -> None:
    assert verdicts(text, HISTORY)[figure] == verdict


def test_a_day_that_nobody_named_is_unbound() -> None:
    found = verdicts("It was listed on 2019-03-04, the record is of 2025-10-06.")
    assert found == {"2019-03-04": "unbound", "2025-10-06": "bound"}


@pytest.mark.parametrize(
    "text",
    [
        "1. First\n2. Second",
        "Run `x = 42` or see https://example.com/99 and [7].",
        "Layer 2, ERC-20, GPT-5.1, v1.2.3, S&P 500 and Web3.",
        "See 0x5C50f4B9Bda2045921A659174e0468691BE783fc.",
        "Use {{f12}} here.",
        "```\nprice = 5,000\n```",
        "In 2024 and over the last 90 days much happened.",
    ],
)
def test_what_only_looks_like_a_figure_is_no_claim(text: str) -> None:
    assert not check(text).figures


def test_a_table_takes_asset_field_and_period_from_its_headers() -> None:
    table = "| Asset | Price | 7 days |\n|---|---:|---:|\n| Bitcoin | $78,264.10 | +1.25% |\n| Ethereum | $2,466.97 | +1.25% |\n"
    found = [(one.text, one.verdict) for one in check(table).figures]
    assert found == [("$78,264.10", "bound"), ("+1.25%", "bound"), ("$2,466.97", "bound"), ("+1.25%", "contradicted")]


def test_a_token_that_calls_itself_price_takes_no_word_from_the_prose() -> None:
    rogue = {"asset_id": 9, "name": "Price", "symbol": "MARKET", "price": 5.0}
    assert verdicts("The price of Bitcoin is $78,264.10.", market(BITCOIN, rogue)) == {"$78,264.10": "bound"}


def test_broken_results_are_no_facts_and_no_failure() -> None:
    for output in ("", "null", "[]", "{", '{"a": NaN}', '{"x": ' * 2000, '{"market_data_result": {"results": null}}'):
        assert check("Bitcoin trades at $5.00.", ToolResult("t", "{}", output, "c")).figures[0].verdict == "unbound"


def test_a_small_letter_of_size_is_read_behind_a_currency_alone() -> None:
    assert verdicts("Bitcoin's market cap is $1.57t.") == {"$1.57t": "bound"}
    assert verdicts("Bitcoin's market cap is $1.57b.") == {"$1.57b": "contradicted"}
    assert verdicts("On the 15m chart it is calm.") == {}
    assert verdicts("None is above $5 million.", asked=["coins above 5m"]) == {"$5 million": "user"}


def test_a_table_behind_another_has_a_header_of_its_own() -> None:
    first = "| Asset | 7 days |\n|---|---:|\n| Bitcoin | +1.25% |\n"
    second = "| Asset | 24 h |\n|---|---:|\n| Bitcoin | -0.21% |\n"
    assert verdicts(f"{first}\n{second}") == {"+1.25%": "bound", "-0.21%": "bound"}


def test_the_row_of_a_table_names_the_asset_even_where_results_have_one_alone() -> None:
    table = "| Asset | Price |\n|---|---:|\n| {} | $78,264.10 |\n"
    assert verdicts(table.format("Bitcoin"), market(BITCOIN)) == {"$78,264.10": "bound"}
    assert verdicts(table.format("Solana"), market(BITCOIN)) == {"$78,264.10": "contradicted"}
