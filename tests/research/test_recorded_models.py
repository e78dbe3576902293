"""Recorded rounds of language models, played back: what they ask for is done, what they make up does not pass."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from cryptodesk.app.desk import Desk
from cryptodesk.core.research import ResearchOptions
from tests.research.desks import Seen, analysed, open_desk
from tests.research.recorded_models import RECORDINGS, RecordedModel, load_recording

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    async with open_desk(tmp_path_factory.mktemp("desk")) as opened:
        yield opened


async def _played(desk: Desk, name: str, monkeypatch: pytest.MonkeyPatch) -> tuple[Seen, RecordedModel]:
    recording = load_recording(next(path for path in RECORDINGS if path.stem == name))
    model = RecordedModel(recording)
    other = desk.models.provider

    def provider(wanted: str) -> Any:
        return model if wanted == "scripted" else other(wanted)

    monkeypatch.setattr(desk.models, "provider", provider)
    options = ResearchOptions(**recording["options"])
    return await analysed(desk, *recording["turns"], model="scripted-research_good", options=options), model


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.stem)
async def test_every_round_is_played_and_the_answer_is_the_models(
    desk: Desk, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found, model = await _played(desk, path.stem, monkeypatch)
    assert model.left == {}
    assert found.forms["plan"] == found.forms["write"] == "model"
    numbers = [source.citation_id for source in found.outcome.sources]
    assert numbers == list(range(1, len(numbers) + 1))
    assert numbers
    assert not set(found.text) & set("{}")
    assert "[[" not in found.text


async def test_a_comparison_has_its_figures_from_the_data_and_its_numbers_in_order(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    found, _ = await _played(desk, "comparison", monkeypatch)
    assert "over the last 30 days: it changed by +31.76% [1], against +22.40% for Bitcoin [2]." in found.text
    assert found.finished is not None
    assert found.finished.verification is not None
    assert found.finished.verification.status == "verified"
    assert found.finished.usage.output_tokens >= 58 + 31 + 44 + 2 + 160 + 40
    assert found.finished.usage.reasoning_tokens == 24
    assert found.reasoning == ""
    (chart,) = found.outcome.charts
    assert (chart.citation_id, len(chart.series)) == (1, 2) or chart.citation_id == 2
    assert "Which will do better next month?" not in found.outcome.related_questions


async def test_a_chatty_model_is_understood_and_only_what_the_text_says_is_cited(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    found, _ = await _played(desk, "chatty", monkeypatch)
    lines = found.text.split(". ")
    assert "security for additional services [1]" in lines[0]
    assert "Napoleon in Paris" in found.text
    assert "Paris [" not in found.text
    assert found.text.endswith("some bridges are blue")
    assert [source.domain for source in found.outcome.sources] == ["cryptodesk handbook"]


async def test_wrong_calls_are_refused_and_put_right_and_made_up_figures_are_not_taken(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    found, model = await _played(desk, "german", monkeypatch)
    assert "um +51.78% gestiegen [1]. Der Kurs lag zuletzt bei $101.51 [1]." in found.text
    assert "123,45 Dollar [" not in found.text
    assert "[9]" not in found.text
    tools = [request for request in model.requests if request.tools]
    assert "'get_weather' is not offered in this request" in str(tools[-1].messages)
    assert found.outcome.charts == ()
    assert found.finished is not None
    assert found.finished.verification is not None
    assert found.finished.verification.counts.unbound + found.finished.verification.counts.contradicted >= 1
