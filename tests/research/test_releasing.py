"""A finished text on its way out: checked, numbered, sent in pieces; its charts' sources numbered after its own."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from cryptodesk.core.events import TextDelta
from cryptodesk.core.research import Chart, ChartEntity, ChartSeries, ResearchOptions
from cryptodesk.research.clarifying import Clarification
from cryptodesk.research.releasing import begin_check, fill_book, release
from cryptodesk.research.state import ResearchState
from tests.research.desks import Fakes, hit, state_of, thread_with, trace

AS_OF = "2026-11-22T00:00:00Z"
BITCOIN = ChartEntity("asset", "1", "Bitcoin", "bitcoin", "BTC")
SOLANA = ChartEntity("asset", "5426", "Solana", "solana", "SOL")


def _result(price: float = 50_000.0) -> dict[str, Any]:
    row = {"asset_id": 1, "name": "Bitcoin", "symbol": "BTC", "slug": "bitcoin", "price": price}
    return {
        "market_data_result": {"quote_currency": "USD", "results": [row]},
        "as_of": AS_OF,
        "provenance": [{"source": "binance_usdm", "mode": "snapshot", "as_of": AS_OF, "fields": ["price"]}],
    }


def _state(draft: str, **options: Any) -> ResearchState:
    state = state_of(Fakes(), "How is restaking of Bitcoin done?", options=ResearchOptions(**options))
    state.threads = [thread_with("What?", trace("a", "cmc_market_data", _result()))]
    state.draft = draft
    return state


def _chart(*entities: ChartEntity, keys: tuple[str, ...], notes: tuple[str, ...] = ()) -> Chart:
    moment = datetime(2026, 11, 21, tzinfo=UTC)
    series = tuple(ChartSeries(one.slug, one, ((1, 2.0),)) for one in entities)
    return Chart(
        chart_id=1, kind="line", title="t", dataset="prices", metric="price", granularity="1d", start=moment,
        end=moment, columns=(), series=series, source_keys=keys, notes=notes,
    )  # fmt: skip


async def _sent(state: ResearchState) -> list[str]:
    state.outbox.close()
    return [event.text async for batch in state.outbox.batches() for event in batch if isinstance(event, TextDelta)]


async def test_a_text_is_checked_and_sent_in_pieces_that_make_it_whole() -> None:
    state = _state("Bitcoin trades at $50,000.00. " * 20)
    await release(state)
    pieces = await _sent(state)
    assert "".join(pieces) == state.text
    assert len(pieces) > 5
    assert state.verification is not None
    assert state.verification.counts.bound == 20


async def test_a_figure_that_no_result_holds_is_told_and_not_cited() -> None:
    state = _state("Bitcoin trades at $61,234.50.")
    await release(state)
    assert state.text == "Bitcoin trades at $61,234.50."
    assert state.verification is not None
    assert state.verification.status in {"contradicted", "unverified"}


async def test_without_a_result_there_is_nothing_to_check() -> None:
    state = state_of(Fakes())
    state.draft = "Nothing was found."
    await release(state)
    assert (state.text, state.verification) == ("Nothing was found.", None)
    assert begin_check(state) is None


async def test_a_question_back_is_sent_as_it_stands() -> None:
    state = _state("Which one?")
    state.clarification = Clarification("Which one?", ())
    state.run.limit = "some limit"
    await release(state)
    assert state.text == "Which one?"


async def test_nothing_written_is_nothing_sent() -> None:
    state = _state("")
    await release(state)
    assert (state.text, await _sent(state)) == ("", [])


async def test_figures_stand_where_the_text_has_them_with_texts_put_in_between() -> None:
    closing = "## Data and dates\n\n_As of 2026-11-22 at $50,000.00._"
    state = _state(f"# Bitcoin\n\n## Price\n\nIt is $50,000.00.\n\n{closing}", depth="report")
    state.hits = [hit(text="Restaking of Bitcoin is done by way of a script that locks the coin.", asset_ids=(1,))]
    await release(state)
    assert state.text.index("What texts say") < state.text.index("## Data and dates")
    assert state.verification is not None
    assert len(state.verification.figures) >= 2
    assert all(state.text[one.start : one.end] == one.text for one in state.verification.figures)


async def test_the_same_result_is_read_once_though_two_threads_asked() -> None:
    state = _state("x")
    state.threads.append(thread_with("Again?", trace("b", "cmc_market_data", _result())))
    fill_book(state)
    assert len(state.book.results) == 1


async def test_a_charts_sources_are_numbered_after_the_texts() -> None:
    state = _state("Bitcoin trades at $50,000.00.")
    keys = ("series:binance_usdm:5426", "series:binance_usdm:1")
    state.charts = (_chart(SOLANA, BITCOIN, keys=keys, notes=("Snapshot data up to 2026-11-21.",)),)
    await release(state)
    assert [source.key for source in state.numbering.sources()] == ["series:binance_usdm:1", "series:binance_usdm:5426"]
    assert state.numbering.sources()[1].title == "Solana (SOL): Binance USDⓈ-M Futures (snapshot of 2026-11-21)"
    assert state.charts[0].citation_id == 2


async def test_a_chart_of_what_the_text_cites_has_the_number_of_the_text() -> None:
    state = _state("Bitcoin trades at $50,000.00.")
    state.charts = (_chart(BITCOIN, keys=("series:binance_usdm:1",)),)
    await release(state)
    assert (state.charts[0].citation_id, len(state.numbering)) == (1, 1)


async def test_a_chart_of_the_market_is_a_source_too() -> None:
    state = _state("x")
    market = ChartEntity("market", "market", "Crypto market", "market")
    state.charts = (_chart(market, keys=("series:simulated_world",), notes=("Simulated: invented data.",)),)
    await release(state)
    (source,) = state.numbering.sources()
    assert state.charts[0].citation_id == source.citation_id == 1
    assert "simulated of 2026-11-21" in source.title
