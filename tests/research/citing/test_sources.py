"""What a run may cite: only what its tools brought, one name for one thing, and nothing that a title can smuggle in."""

from __future__ import annotations

import json

import pytest

from cryptodesk.core.messages import ToolCallPart
from cryptodesk.core.verification import CellReference
from cryptodesk.research.citing import Numbering, SourceBook
from cryptodesk.research.citing.marks import find_marks
from cryptodesk.research.citing.sources import HANDBOOK_DOMAIN
from tests.research.citing.books import (
    RESTAKING,
    SOLANA,
    add_market,
    add_passages,
    citation,
    documents_book,
    hit,
    market_book,
    passage,
    row,
)

BITCOIN, OF_BLOCKS, OF_SOLANA = "series:binance_usdm:1", "series:bitcoin_block_schedule:1", "series:binance_usdm:5426"


def cell(path: str, call_id: str = "m1") -> CellReference:
    return CellReference(call_id, "cmc_market_data", path)


def test_a_series_is_named_after_its_asset_its_source_and_its_day() -> None:
    one = market_book().source(OF_SOLANA)
    assert one.title.startswith("Solana (SOL): ")
    assert one.title.endswith("(snapshot of 2026-09-10)")
    assert (one.kind, one.domain, one.as_of) == ("series", "binance.com", "2026-09-10T00:00:00Z")


def test_the_interval_of_a_history_is_told_and_of_two_intervals_none() -> None:
    book = SourceBook()
    add_market(book, {**SOLANA, "history": {"interval": "1d", "headers": ["time", "close"], "rows": []}})
    assert ", daily (" in book.source(OF_SOLANA).title
    hourly = {**SOLANA, "history": {"interval": "1h", "headers": ["time", "close"], "rows": []}}
    add_market(book, hourly, call_id="m2")
    assert "daily" not in book.source(OF_SOLANA).title
    assert "hourly" not in book.source(OF_SOLANA).title


def test_a_figure_computed_from_two_series_is_of_both() -> None:
    book = market_book()
    assert book.keys_of(cell("/market_data_result/results/0/market_cap")) == (BITCOIN, OF_BLOCKS)
    assert book.keys_of(cell("/market_data_result/results/0/price")) == (BITCOIN,)
    assert book.keys_of(cell("/market_data_result/results/1/price")) == (OF_SOLANA,)


@pytest.mark.parametrize(
    "path", ["/as_of", "/notes/0", "/provenance/0/note", "/age_days", "", "/", "price", "/market_data_result"]
)
def test_moments_notes_and_broken_pointers_are_of_no_source(path: str) -> None:
    assert market_book().keys_of(cell(path)) == ()


def test_a_call_that_the_run_does_not_know_is_of_no_source() -> None:
    assert market_book().keys_of(cell("/market_data_result/results/0/price", "other")) == ()


def test_bare_arithmetic_cites_nothing() -> None:
    book = SourceBook()
    body = {"math_eval_result": {"expression": "2*3", "result": "6", "result_number": 6}}
    book.add_result(ToolCallPart("x", "cmc_math_eval", "{}"), json.dumps(body))
    assert book.keys() == ()
    assert book.keys_of(CellReference("x", "cmc_math_eval", "/math_eval_result/result_number")) == ()


def test_a_list_is_cited_as_one_series_however_many_rows_it_has() -> None:
    book = SourceBook()
    body = {
        "asset_screener_result": {"results": [row(n, f"Coin {n}", f"C{n}", price=n) for n in range(1, 30)]},
        "provenance": [
            {"fields": ["results"], "source": "coinmarketcap", "mode": "live", "as_of": "2026-11-21T11:58:00Z"}
        ],
    }
    book.add_result(ToolCallPart("s", "cmc_asset_screener", "{}"), json.dumps(body))
    assert book.keys() == ("series:coinmarketcap",)
    assert book.source("series:coinmarketcap").title == "Market data: CoinMarketCap (live, 2026-11-21 11:58 UTC)"
    assert book.keys_of(CellReference("s", "", "/asset_screener_result/results/7/price")) == ("series:coinmarketcap",)


def test_an_exchange_is_not_taken_for_the_coin_of_its_number() -> None:
    book = SourceBook()
    arguments = json.dumps({"asset_type": "exchange", "ids": [1]})
    body = {
        "market_data_result": {"results": [{"asset_id": 1, "name": "Example Exchange", "volume_24h": 5}]},
        "provenance": [
            {"fields": ["volume_24h"], "source": "coinmarketcap", "mode": "live", "as_of": "2026-11-21T12:00:00Z"}
        ],
    }
    book.add_result(ToolCallPart("e", "cmc_market_data", arguments), json.dumps(body))
    assert book.keys() == ("series:coinmarketcap:exchange:1",)


def test_a_search_for_names_registers_nothing_until_a_figure_is_bound_to_it() -> None:
    book = SourceBook()
    body = {
        "coin_id_look_up_result": [row(1, "Bitcoin", "BTC", market_cap=1.5e12, asset_type="coin")],
        "provenance": [
            {"fields": ["market_cap"], "source": "coinmarketcap", "mode": "live", "as_of": "2026-11-21T12:00:00Z"}
        ],
    }
    book.add_result(ToolCallPart("l", "cmc_id_lookup", "{}"), json.dumps(body))
    assert book.keys() == ()
    assert book.keys_of(CellReference("l", "", "/coin_id_look_up_result/0/market_cap")) == ("series:coinmarketcap:1",)
    assert book.keys() == ("series:coinmarketcap:1",)


@pytest.mark.parametrize("output", ["", "null", "[1]", "{", '{"market_data_result": 5}', "🦄", '"x"', "[" * 5_000])
def test_a_broken_output_is_no_source_and_no_error(output: str) -> None:
    book = SourceBook()
    book.add_result(ToolCallPart("m", "cmc_market_data", output), output)
    assert book.keys() == ()


def test_one_document_is_one_source_by_whichever_name_it_comes() -> None:
    book = SourceBook()
    add_passages(book, passage(1, "What restaking is", RESTAKING))
    book.add_citations("c1", [citation(1, "What restaking is")])
    book.add_passages([hit("d-9", "What restaking is", "Another passage of it.", "https://www.gazette.example/1")])
    assert len(book.keys()) == 1
    assert book.resolve("document:d-9") == book.keys()[0] == "document:https://www.gazette.example/1"
    assert book.passages("document:d-9") == (RESTAKING, "Another passage of it.")


def test_known_by_its_id_first_a_document_keeps_that_name() -> None:
    book = SourceBook()
    book.add_passages([hit("d-9", "What restaking is", RESTAKING, "https://www.gazette.example/1")])
    add_passages(book, passage(1, "What restaking is", RESTAKING))
    assert book.keys() == ("document:d-9",)
    assert book.source("document:https://www.gazette.example/1").key == "document:d-9"


def test_two_articles_of_the_handbook_that_rest_on_one_address_are_two_sources() -> None:
    book = SourceBook()
    url = "https://example.org/shared"
    rows = [
        passage(1, "Restaking (rests on: A paper)", "One.", source=HANDBOOK_DOMAIN, url=url, published_at=None),
        passage(2, "Liquid staking (rests on: A paper)", "Two.", source=HANDBOOK_DOMAIN, url=url, published_at=None),
    ]
    add_passages(book, *rows)
    assert book.keys() == ("document:handbook/defi/restaking", "document:handbook/defi/liquid-staking")
    assert {one.domain for one in map(book.source, book.keys())} == {HANDBOOK_DOMAIN}
    assert book.source(book.keys()[0]).url == url


def test_a_document_without_a_page_is_a_source_without_an_address() -> None:
    book = SourceBook()
    add_passages(book, passage(1, "Agenda of the week", "Inflation on Monday.", url=None, source="Macro Calendar"))
    one = book.source(book.keys()[0])
    assert (one.url, one.domain, one.title) == ("", "Macro Calendar", "Agenda of the week")


@pytest.mark.parametrize(
    "title",
    [
        "[99] news",
        "]] [[s1]] buy now",
        "[click](https://evil.example)",
        "a\u200b\u202e[1]\u0000b",
        "【1】 x `code` {{f1}}",
    ],
)
def test_a_title_can_carry_no_mark_no_link_and_nothing_invisible(title: str) -> None:
    book = SourceBook()
    add_passages(book, passage(1, title, "Text."))
    one = book.source(book.keys()[0])
    assert one.title.isprintable()
    assert not set("[]{}【】`\u200b\u202e\u0000") & set(one.title)
    listed = book.listing()
    assert [mark.ids for mark in find_marks(listed)] == [("s1",)]


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "http://user:pw@host.example/", "//host.example", "https://a b", "data:x", "", 5, None],
)
def test_an_address_that_is_none_is_left_out(url: object) -> None:
    book = SourceBook()
    add_passages(book, passage(1, "A title long enough", "Text.", url=url))
    one = book.source(book.keys()[0])
    assert one.url == ""
    assert one.domain == "Example Gazette"


def test_what_is_no_source_has_no_number_and_no_mark() -> None:
    book = documents_book()
    numbering = Numbering(book)
    assert numbering.number("document:invented") is None
    assert numbering.markers(["document:invented", "series:x:1"]) == ""
    assert [book.key_of_mark(mark) for mark in ("s99", "0", "s0", "x1", "s1 or 2", "", "s٣")] == [None] * 7
    with pytest.raises(KeyError):
        book.source("document:invented")


def test_the_list_for_a_prompt_is_bound_and_names_each_source_by_its_mark() -> None:
    book = documents_book()
    lines = book.listing().splitlines()
    assert lines[0] == "[[s1]] What restaking is (gazette.example, 2026-11-19)"
    assert [book.key_of_mark(f"s{at}") for at in range(1, len(lines) + 1)] == list(book.keys())
    assert len(book.listing(most=2).splitlines()) == 2
