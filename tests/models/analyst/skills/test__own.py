"""Own results: of several questions in one message each is answered from the calls that it asked for."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio

from tests.models.analyst.desk import ask as ask_analyst
from tests.models.analyst.desk import called
from tests.models.analyst.skills.content_desk import Desks, ask, metadata, open_desks, passage, passages, written

pytestmark = [pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desks(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Desks, None]:
    async with open_desks(tmp_path_factory.mktemp("own"), "snapshot") as found:
        yield found


@pytest.mark.xdist_group("analyst-skills")
async def test_two_questions_quote_two_articles(desks: Desks) -> None:
    said = await ask(desks["snapshot"], "What is restaking? And what is the Howey test?")
    first, second = said.text.split("The Howey test and crypto assets", 1)
    assert "[Restaking" in first
    assert "[Restaking" not in second


@pytest.mark.xdist_group("analyst-skills")
async def test_a_question_that_searched_nothing_quotes_nothing(desks: Desks) -> None:
    said = await ask(desks["snapshot"], "Who founded Bitcoin? And contract address of LINK?")
    assert "> “" in said.text
    assert "> “" not in said.text.split("The contract of Chainlink")[1]


async def test_results_that_somebody_else_gathered_are_read() -> None:
    row = passage(1, "Restaking", "Restaking pledges staked assets as security for other services.")
    assert "> “Restaking pledges" in await written("what is restaking", passages(row))


async def test_a_call_that_failed_does_not_take_the_result_of_another() -> None:
    arguments = {"query": "what is restaking", "content_types": ["cmc_editorial"], "limit": 5}
    other = passages(passage(1, "Restaking", "Restaking pledges staked assets as security."))[1]
    answer = await ask_analyst(
        "what is restaking",
        *called("cmc_content_search", {"query": "something else"}, other, call_id="c1"),
        *called("cmc_content_search", arguments, "no source answered", call_id="c2", is_error=True),
    )
    assert "> “" not in answer.text


async def test_a_skill_without_a_call_of_a_tool_has_no_result_of_it() -> None:
    row = {"id": 1975, "name": "Chainlink", "symbol": "LINK"}
    told = passages(passage(1, "Chainlink", "Chainlink was founded by Ann Person.", content_type="handbook"))
    assert "Ann Person" not in await written("website of LINK", metadata(row), told)
