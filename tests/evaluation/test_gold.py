"""Gold values come from calls of the harness, never from an answer."""

from __future__ import annotations

import json
from datetime import datetime

import pytest

from cryptodesk.core.tools import ToolTrace
from cryptodesk.evaluation.gold import Gold, GoldError
from cryptodesk.evaluation.records import Documents, GoldFigure, Term
from tests.evaluation.samples import source, trace

PRICE = Term(tool="market", arguments={"ids": [1]}, path="results[0].price")
CLOSES = Term(tool="market", arguments={"ids": [1]}, path="results[0].history@close")


class Desk:
    """Answers every call alike and counts them."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, datetime | None]] = []

    async def call_tool(self, name: str, arguments: str, as_of: datetime | None) -> ToolTrace:
        self.asked.append((name, arguments, as_of))
        if name == "broken":
            return trace(name, status="failed", error_message="asset not found: 9")
        rows = [["2026-01-01", 50.0], ["2026-01-02", 200.0]]
        result = {
            "results": [{"price": 100.0, "name": "Bitcoin", "history": {"headers": ["time", "close"], "rows": rows}}]
        }
        found = (source("One text", "https://a.example/1"),) if name == "cmc_content_search" else None
        return trace(name, model_content=json.dumps(result), citations=found)


async def test_a_cell_an_operation_and_a_literal_are_resolved() -> None:
    gold = Gold(Desk().call_tool)
    assert await gold.term(PRICE) == 100.0
    assert await gold.term(Term(op="ends_pct_change", of=(CLOSES,))) == pytest.approx(300)
    assert await gold.term(Term(op="product", of=(Term(value=0.5), PRICE))) == 50
    assert await gold.term(Term(value="2028-04-17")) == "2028-04-17"


async def test_a_call_is_made_once_however_often_it_is_needed() -> None:
    desk = Desk()
    gold = Gold(desk.call_tool)
    await gold.term(Term(op="sum", of=(PRICE, PRICE)))
    await gold.term(CLOSES)
    assert len(desk.asked) == 1


async def test_a_figure_has_its_own_value_first_then_others_as_right_and_wrong_ones() -> None:
    figure = GoldFigure("price", "USD", PRICE, either=(Term(value=101.0),), wrong=(Term(value=7.0),))
    found = await Gold(Desk().call_tool).value(figure)
    assert found.values == (100.0, 101.0)
    assert found.wrong == (7.0,)


@pytest.mark.parametrize(
    "term",
    [
        Term(tool="broken", arguments={}, path="results"),
        Term(tool="market", arguments={}, path="results[3].price"),
        Term(op="ratio", of=(PRICE, Term(value=0.0))),
        Term(op="unheard_of", of=(PRICE,)),
    ],
)
async def test_what_cannot_be_had_is_an_error_and_never_a_guess(term: Term) -> None:
    with pytest.raises(GoldError):
        await Gold(Desk().call_tool).term(term)


async def test_a_list_is_no_figure() -> None:
    with pytest.raises(GoldError):
        await Gold(Desk().call_tool).value(GoldFigure("closes", "USD", CLOSES))


async def test_documents_are_handbook_articles_or_what_a_search_finds() -> None:
    gold = Gold(Desk().call_tool)
    (article,) = await gold.documents(Documents(handbook=("defi/restaking",)))
    assert (article.key, article.title) == ("defi/restaking", "Restaking")
    (text,) = await gold.documents(Documents(searches=({"query": "news"},)))
    assert text.url == "https://a.example/1"
    with pytest.raises(GoldError):
        await gold.documents(Documents(handbook=("defi/no-such-article",)))
