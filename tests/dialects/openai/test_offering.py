"""Which tools a request leaves to the model, and what may be asked beyond OpenAI's parameters."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from cryptodesk.dialects._ports import DialectSettings
from tests.dialects.openai.requirements import requirement
from tests.dialects.openai.support import Client, tool
from tests.dialects.support import BUILT_INS

ALL = tuple(sorted(BUILT_INS))
PRICE = tool("cmc_market_data")


def chosen(name: str) -> dict[str, Any]:
    return {"type": "function", "function": {"name": name}}


def allowed(mode: str, *names: str) -> dict[str, Any]:
    return {"type": "allowed_tools", "allowed_tools": {"mode": mode, "tools": [chosen(name) for name in names]}}


@requirement("OAI-BUILT-INS", "OAI-TOOL-CHOICE")
@pytest.mark.parametrize(
    ("fields", "built_in", "client", "choice"),
    [
        ({}, ALL, [], None),
        ({"tool_choice": "auto"}, ALL, [], None),
        ({"tool_choice": "none"}, (), [], "none"),
        ({"tools": [tool("f")]}, ALL, ["f"], None),
        ({"tools": [tool("f"), PRICE]}, ("cmc_market_data",), ["f"], None),
        ({"tools": [tool("f")], "tool_choice": "none"}, (), ["f"], "none"),
        ({"tools": [tool("f")], "tool_choice": "required"}, (), ["f"], "required"),
        ({"tools": [PRICE], "tool_choice": "required"}, ("cmc_market_data",), [], "required"),
        ({"tools": [tool("f"), tool("g")], "tool_choice": chosen("g")}, (), ["g"], "required"),
        ({"tools": [tool("f"), PRICE], "tool_choice": chosen("cmc_market_data")}, ("cmc_market_data",), [], "required"),
        (
            {"tools": [tool("f"), tool("g"), PRICE], "tool_choice": allowed("auto", "f", "cmc_market_data")},
            ("cmc_market_data",),
            ["f"],
            "auto",
        ),
        ({"tools": [tool("f"), tool("g")], "tool_choice": allowed("required", "g")}, (), ["g"], "required"),
        ({"cryptodesk": {"tools": ["cmc_math_eval"]}}, ("cmc_math_eval",), [], None),
        ({"cryptodesk": {"tools": []}}, (), [], None),
    ],
)
async def test_a_request_leaves_these_tools(fields: Any, built_in: Any, client: Any, choice: Any) -> None:
    desk = Client()
    await desk.whole(**fields)
    assert desk.asked.built_in_tools == built_in
    assert [spec.name for spec in desk.asked.client_tools] == client
    assert desk.asked.tool_choice == choice
    assert desk.asked.after_tools == "answer"


@requirement("OAI-BUILT-INS")
async def test_an_operator_may_offer_none_unasked() -> None:
    desk = Client(settings=DialectSettings(openai_tools="off"))
    await desk.whole()
    assert desk.asked.built_in_tools == ()
    await desk.whole(tools=[PRICE])
    assert desk.asked.built_in_tools == ("cmc_market_data",)


@requirement("OAI-TOOL-CHOICE")
@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"tool_choice": "sometimes"}, "tool_choice"),
        ({"tool_choice": "required"}, "tool_choice"),
        ({"tool_choice": {"type": "custom"}, "tools": [tool("f")]}, "tool_choice.type"),
        ({"tool_choice": {"type": "function"}, "tools": [tool("f")]}, "tool_choice.function.name"),
        ({"tool_choice": chosen("g"), "tools": [tool("f")]}, "tool_choice.function.name"),
        ({"tool_choice": chosen("f")}, "tool_choice.function.name"),
        ({"tool_choice": {"type": "allowed_tools"}, "tools": [tool("f")]}, "tool_choice.allowed_tools"),
        ({"tool_choice": allowed("never", "f"), "tools": [tool("f")]}, "tool_choice.allowed_tools.mode"),
        ({"tool_choice": allowed("auto"), "tools": [tool("f")]}, "tool_choice.allowed_tools.tools"),
        (
            {"tool_choice": allowed("auto", "g"), "tools": [tool("f")]},
            "tool_choice.allowed_tools.tools[0].function.name",
        ),
    ],
)
async def test_a_choice_that_fits_no_tool_is_refused(fields: Any, param: str) -> None:
    status, error = await Client().refused(**fields)
    assert (status, error["param"]) == (400, param)


@requirement("OAI-EXTRA-ASK")
async def test_the_moment_and_the_cost_are_asked_for() -> None:
    desk = Client()
    await desk.whole(cryptodesk={"as_of": "2026-01-31", "max_cost_usd": "0.05"})
    assert desk.asked.as_of == datetime(2026, 2, 1, tzinfo=UTC)
    assert desk.asked.limits.cost_usd == Decimal("0.05")
    assert desk.reader.read[-1][1] == desk.asked.as_of
    assert "receipt" in desk.asked.include


@requirement("OAI-EXTRA-ASK")
@pytest.mark.parametrize(
    ("asked", "param"),
    [
        ({"include": ["secrets"]}, "cryptodesk.include"),
        ({"as_of": "tomorrow"}, "cryptodesk.as_of"),
        ({"max_cost_usd": -1}, "cryptodesk.max_cost_usd"),
        ({"related_questions": 6}, "cryptodesk.related_questions"),
        ({"tools": ["rm"]}, "cryptodesk.tools"),
    ],
)
async def test_what_cannot_be_asked_for_is_refused(asked: Any, param: str) -> None:
    status, error = await Client().refused(cryptodesk=asked)
    assert (status, error["param"], error["code"]) == (400, param, "invalid_value")


@requirement("OAI-RESEARCH", "OAI-EXTRA-ASK")
async def test_research_is_asked_for_with_its_options() -> None:
    desk = Client()
    wanted = {"research": True, "related_questions": 4, "inline_citations": False, "may_clarify": False}
    await desk.whole(cryptodesk=wanted, verbosity="high")
    run = desk.research.requests[-1]
    assert run.research is not None
    assert (run.research.verbosity, run.research.related_questions) == ("verbose", 4)
    assert (run.research.cites_inline, run.research.may_clarify) == (False, False)
    assert run.built_in_tools == ALL
    assert desk.engine.requests == []


@requirement("OAI-RESEARCH")
@pytest.mark.parametrize(
    ("fields", "is_researched"),
    [
        ({}, True),
        ({"cryptodesk": {"research": False}}, False),
        ({"cryptodesk": {"tools": ["cmc_math_eval"]}}, False),
        ({"tools": [tool("f")]}, False),
        ({"tool_choice": "none"}, False),
        ({"response_format": {"type": "json_object"}}, False),
        ({"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]}, False),
    ],
)
async def test_a_desk_may_research_whatever_it_can(fields: Any, is_researched: bool) -> None:
    desk = Client(settings=DialectSettings(openai_tools="research"))
    await desk.whole(**fields)
    assert (len(desk.research.requests), len(desk.engine.requests)) == ((1, 0) if is_researched else (0, 1))


@requirement("OAI-RESEARCH")
@pytest.mark.parametrize(
    "fields",
    [
        {"tools": [tool("f")]},
        {"tool_choice": "none"},
        {"response_format": {"type": "json_object"}},
        {"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]},
    ],
)
async def test_research_that_cannot_be_is_refused(fields: Any) -> None:
    status, error = await Client().refused(cryptodesk={"research": True}, **fields)
    assert (status, error["param"]) == (400, "cryptodesk.research")


@requirement("OAI-RESEARCH")
async def test_a_desk_without_the_graph_says_so() -> None:
    status, error = await Client(more={"research": None}).refused(cryptodesk={"research": True})
    assert (status, error["param"]) == (400, "cryptodesk.research")
