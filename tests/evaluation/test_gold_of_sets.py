"""Every gold figure and document of the shipped sets can be had on its market."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec import structs

from cryptodesk.app.desk import Desk
from cryptodesk.core.clock import FixedClock
from cryptodesk.evaluation.gold import Gold, GoldError
from cryptodesk.evaluation.harness import MOMENTS, market_settings
from cryptodesk.evaluation.records import Documents, Market, Question
from cryptodesk.evaluation.sets import load_questions
from cryptodesk.settings import load_settings

pytestmark = pytest.mark.xdist_group("evaluation")


@pytest.mark.parametrize("market", ["snapshot", "simulated"])
async def test_gold_is_there(market: Market, tmp_path: Path) -> None:
    questions = [each for each in load_questions(("all",)) if each.market == market]
    settings = market_settings(load_settings(home=tmp_path), market, "cryptodesk-analyst", tmp_path)
    async with Desk(settings, FixedClock(MOMENTS[market])) as desk:
        gold = Gold(desk.call_tool)
        problems = [problem for each in questions if (problem := await _problem(gold, each))]
    assert problems == []


async def _problem(gold: Gold, question: Question) -> str | None:
    try:
        for figure in question.figures:
            await gold.value(figure, question.as_of)
        if question.documents:
            await _first_documents(gold, question)
    except GoldError as error:
        return f"{question.id}: {error}"
    return None


async def _first_documents(gold: Gold, question: Question) -> None:
    """That one of its searches finds something is enough to see: some have dozens."""
    documents = question.documents or Documents()
    for search in documents.searches[:-1]:
        try:
            await gold.documents(structs.replace(documents, searches=(search,)))
        except GoldError:
            continue
        return
    await gold.documents(structs.replace(documents, searches=documents.searches[-1:]))
