"""A second opinion on citations: a model that refuses one takes its marker away, and decides nothing else."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from cryptodesk.app.desk import Desk
from cryptodesk.settings import load_settings
from tests.research.desks import Seen, analysed

pytestmark = pytest.mark.asyncio(loop_scope="module")

QUESTION = "What is restaking and how did Ethereum do over the last 30 days?"


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=[False, True], ids=["alone", "asked"])
async def desk(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    home = tmp_path_factory.mktemp("desk")
    settings = load_settings(
        home=home, data="snapshot", scripted_models=True, documents_sync=False, citation_entailment=request.param
    )
    async with Desk(settings) as opened:
        yield opened


async def _quoted(desk: Desk, behaviour: str = "quoting") -> Seen:
    return await analysed(desk, QUESTION, model=f"scripted-research_{behaviour}")


async def test_a_citation_stands_unless_the_model_that_is_asked_refuses_it(desk: Desk) -> None:
    found = await _quoted(desk)
    documents = [source for source in found.outcome.sources if source.kind == "document"]
    assert "Restaking pledges assets" in found.text or "restak" in found.text.lower()
    assert len(documents) == (0 if desk.settings.citation_entailment else 1)


async def test_figures_keep_their_sources_whatever_it_says(desk: Desk) -> None:
    found = await _quoted(desk)
    assert found.outcome.sources[0].kind == "series"


async def test_a_model_that_cannot_say_it_leaves_the_exact_checker_alone(desk: Desk) -> None:
    found = await _quoted(desk, "good")
    assert found.finished is not None
    assert found.outcome.status == "success"
