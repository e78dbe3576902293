"""Charts: as many as the verbosity allows, the model's wishes before the rules, gaps told."""

from __future__ import annotations

from typing import Any

import pytest

from cryptodesk.core.research import ResearchOptions
from cryptodesk.research.charting.drawing import DrawnCharts
from cryptodesk.research.charting.specs import ChartSpec
from cryptodesk.research.nodes import charts
from cryptodesk.research.nodes.charts import draw_by_rules
from tests.research.desks import NOW, Fakes, state_of

WISH = ChartSpec(metric="volume", entities=(1,), asked_at=NOW)


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    specs: list[Any] = []

    async def draw(asked: Any, *_: Any) -> DrawnCharts:
        specs.extend(asked)
        return DrawnCharts((), ("no chart of volume: nobody has it",))

    monkeypatch.setattr(charts, "draw_charts", draw)
    return specs


async def test_a_question_without_a_course_has_no_chart(drawn: list[Any]) -> None:
    assert await draw_by_rules(state_of(Fakes(), "What is restaking?")) == "no chart would add to this answer"
    assert drawn == []


async def test_what_cannot_be_drawn_is_told(drawn: list[Any]) -> None:
    state = state_of(Fakes(), "How did Bitcoin do over the last 90 days?")
    said = await draw_by_rules(state)
    assert said == "0 charts; not drawn: no chart of volume: nobody has it"
    assert [finding.kind for finding in state.findings] == ["chart"]
    assert [spec.metric for spec in drawn] == ["price"]


async def test_a_models_wishes_come_before_the_rules(drawn: list[Any]) -> None:
    state = state_of(Fakes(), "How did Bitcoin do over the last 90 days?")
    state.chart_wishes = (WISH,)
    await draw_by_rules(state)
    assert drawn == [WISH]


async def test_a_short_answer_has_one_chart_at_most(drawn: list[Any]) -> None:
    question = "How did BTC do over 90 days? And what is the RSI of ETH? And the drawdown of SOL this year?"
    for verbosity, most in (("succinct", 1), ("balanced", 2), ("verbose", 3)):
        drawn.clear()
        await draw_by_rules(state_of(Fakes(), question, options=ResearchOptions(verbosity=verbosity)))  # type: ignore[arg-type]
        assert len(drawn) == most
