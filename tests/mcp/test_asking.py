"""`ask`: one call, one run of the engine, an answer with all that a receipt and a check can say of it."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from msgspec import structs

from cryptodesk.core.errors import BudgetSpent, ModelNotFound
from cryptodesk.core.events import Progress, RunFailed, RunFinished, TextDelta
from cryptodesk.core.research import CitedSource, ResearchOutcome, ResearchStep
from tests.dialects.openai.support import END, STARTED, TEXT, TOOL_RUN
from tests.dialects.support import BUILT_INS, CALLER, FakeEngine
from tests.mcp.support import MODES, client, mcp_ports, texts

QUESTION = {"question": "What does Bitcoin cost?"}


async def ask(engine: FakeEngine, arguments: dict[str, Any], mode: str = "auto", **options: Any) -> Any:
    async with client(mcp_ports(engine)[0], mode) as session:
        return await session.call_tool("ask", arguments, **options)


@pytest.mark.parametrize("mode", MODES)
async def test_the_answer_comes_with_its_check_its_sources_and_its_receipt(mode: str) -> None:
    result = await ask(FakeEngine(TOOL_RUN), QUESTION, mode)
    assert not result.is_error
    found = result.structured_content
    assert (found["answer"], found["model"], found["finish_reason"]) == (TEXT, STARTED.model, "stop")
    assert found["verification"]["figures"][0]["cells"][0]["path"] == "/market_data_result/price"
    assert found["receipt"]["total_usd"] == "0.00213375"
    assert found["citations"][0]["url"] == "https://www.example.org/halving"
    assert [trace["call_id"] for trace in found["provenance"]] == ["call_1", "call_2"]
    assert found["resolution"][0]["name"] == "Bitcoin"


async def test_clients_that_show_text_alone_see_sources_check_and_cost_too() -> None:
    answer, remarks = texts(await ask(FakeEngine(TOOL_RUN), QUESTION))
    assert answer == TEXT
    assert remarks.splitlines() == [
        "[1] Halving (2026-09-01) https://www.example.org/halving",
        "Figures: verified (1 bound)",
        "Cost: $0.00213375",
    ]


async def test_it_is_a_run_of_the_caller_with_every_built_in_offered() -> None:
    engine = FakeEngine(TOOL_RUN)
    await ask(engine, QUESTION)
    run = engine.requests[0]
    assert (run.caller, run.dialect, run.after_tools) == (CALLER, "mcp", "answer")
    assert set(run.built_in_tools) == BUILT_INS
    assert run.messages[-1].text == QUESTION["question"]
    assert (run.model_id, run.research, run.as_of) == ("cmc-ai-v1-gpt-5.1", None, None)
    assert "receipt" in run.include


async def test_every_argument_reaches_the_run() -> None:
    engine = FakeEngine(TOOL_RUN)
    more = {"research": True, "verbosity": "verbose", "as_of": "2026-03-01", "model": "other", "max_cost_usd": 0.1}
    await ask(engine, {**QUESTION, **more})
    run = engine.requests[0]
    assert run.research is not None
    assert run.research.verbosity == "verbose"
    assert run.as_of == datetime(2026, 3, 2, tzinfo=UTC)
    assert (run.model_id, run.limits.cost_usd) == ("other", Decimal("0.1"))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({}, "missing required field `question`"),
        ({"question": "  "}, "the question is empty"),
        ({"question": "x" * 20_001}, "at most 20000 characters"),
        ({**QUESTION, "verbosity": "loud"}, "Invalid enum value 'loud'"),
        ({**QUESTION, "as_of": "2099-01-01"}, "as_of: Invalid value: '2099-01-01'"),
        ({**QUESTION, "max_cost_usd": -1}, "max_cost_usd: Invalid value"),
        ({**QUESTION, "tone": "kind"}, "unknown field `tone`"),
    ],
)
async def test_wrong_arguments_are_told_to_the_model_that_gave_them(arguments: dict[str, Any], words: str) -> None:
    engine = FakeEngine(TOOL_RUN)
    result = await ask(engine, arguments)
    assert result.is_error
    assert words in texts(result)[0]
    assert engine.requests == []


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (BudgetSpent("The budget is spent."), "The budget is spent."),
        (ModelNotFound("no", model_id="gpt-9", hint="Set a key."), "The model 'gpt-9' does not exist"),
    ],
)
async def test_a_run_that_fails_is_a_result_that_says_why(error: Any, words: str) -> None:
    result = await ask(FakeEngine([[STARTED], [TextDelta("Bit"), RunFailed(error)]]), QUESTION)
    assert result.is_error
    assert words in texts(result)[0]
    assert result.structured_content is None


@pytest.mark.parametrize("mode", MODES)
async def test_steps_are_told_as_they_happen(mode: str) -> None:
    step = ResearchStep("plan", "rules", "completed", "price", 1.5)
    engine = FakeEngine([[STARTED], [Progress(step)], *TOOL_RUN[1:]])
    heard: list[tuple[float, str | None]] = []

    async def hear(progress: float, total: float | None, message: str | None) -> None:
        heard.append((progress, message))

    await ask(engine, QUESTION, mode, progress_callback=hear)
    assert heard == [
        (1, "plan: price"),
        (2, 'cmc_market_data {"ids":[1]}'),
        (3, "cmc_market_data completed in 7 ms"),
        (4, "cmc_sentiment failed"),
    ]


async def test_a_question_back_lists_its_answers() -> None:
    source = CitedSource(
        1, "series:btc", "series", "binance.com", "Bitcoin, daily", "https://binance.com", None, "2026"
    )
    outcome = ResearchOutcome("clarification", (source,), choices=("Terra", "Terra Classic"))
    end: RunFinished = structs.replace(END, research=outcome, verification=None)
    result = await ask(FakeEngine([[STARTED], [TextDelta("Which Luna?")], [end]]), {**QUESTION, "research": True})
    assert result.structured_content["research"] == {"status": "clarification", "choices": ["Terra", "Terra Classic"]}
    assert "Answers: Terra | Terra Classic" in texts(result)[1]
