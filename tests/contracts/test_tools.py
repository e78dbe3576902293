"""What every built-in tool keeps, whichever it is. New tools are found, not listed."""

from __future__ import annotations

import inspect
from typing import Any

import jsonschema_rs
import msgspec
import pytest
from msgspec import structs

from cryptodesk.core.messages import ToolCallPart
from cryptodesk.core.ports import ToolRunner
from cryptodesk.tools import ToolRegistry, load_tools
from tests.tools.document_fakes import FakeDocuments, make_document
from tests.tools.fakes import make_services, run_context

TOOLS = load_tools()

every_tool = pytest.mark.parametrize("name", sorted(TOOLS))


@pytest.fixture
def runner() -> ToolRunner:
    services = make_services()
    return ToolRegistry(structs.replace(services, documents=FakeDocuments(make_document("Bitcoin ETF rose on news"))))


def examples(advice: str) -> list[dict[str, Any]]:
    """The JSON objects in the prompt lines."""
    found: list[dict[str, Any]] = []
    position = advice.find("{")
    while position >= 0:
        end = next(
            index + 1
            for index in range(position, len(advice))
            if advice.count("{", position, index + 1) == advice.count("}", position, index + 1)
        )
        found.append(msgspec.json.decode(advice[position:end]))
        position = advice.find("{", end)
    return found


def subschemas(schema: Any) -> list[dict[str, Any]]:
    children = schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ()
    own = [schema] if isinstance(schema, dict) else []
    return own + [found for child in children for found in subschemas(child)]


def test_the_first_three_tools_are_found() -> None:
    assert set(TOOLS) >= {"cmc_id_lookup", "cmc_market_data", "cmc_math_eval"}


def test_only_the_lookup_is_a_resolver(runner: ToolRunner) -> None:
    assert [name for name in runner.names() if runner.spec(name).is_resolver] == ["cmc_id_lookup"]


@every_tool
def test_a_tool_describes_itself(name: str, runner: ToolRunner) -> None:
    spec = runner.spec(name)
    assert spec.name == name
    assert spec.built_in
    assert 40 <= len(spec.description) <= 400
    assert spec.description.endswith(".")


@every_tool
def test_a_schema_is_plain_and_closed(name: str, runner: ToolRunner) -> None:
    schema = runner.spec(name).parameters
    jsonschema_rs.meta.validate(schema)
    assert schema["type"] == "object"
    for part in subschemas(schema):
        assert not {"$ref", "title", "anyOf"} & set(part)
        if part.get("type") == "object":
            assert part["additionalProperties"] is False
        if "enum" in part:
            assert part["type"] == "string"
    assert not (
        {"properties", "required"} & set(schema) and set(schema.get("required", ())) - set(schema["properties"])
    )


@every_tool
def test_a_schema_s_defaults_are_valid_by_the_schema(name: str, runner: ToolRunner) -> None:
    for part in subschemas(runner.spec(name).parameters):
        if "default" in part and "type" in part:
            jsonschema_rs.validate(part, part["default"])


@every_tool
def test_the_advice_is_three_to_six_lines_with_every_top_level_choice(name: str, runner: ToolRunner) -> None:
    spec = runner.spec(name)
    lines = spec.advice.splitlines()
    assert 3 <= len(lines) <= 6
    for part in spec.parameters["properties"].values():
        for choice in [*part.get("enum", ()), *part.get("items", {}).get("enum", ())]:
            assert choice in spec.advice


@every_tool
async def test_the_advice_s_examples_run(name: str, runner: ToolRunner) -> None:
    calls = examples(runner.spec(name).advice)
    assert calls
    for arguments in calls:
        jsonschema_rs.validate(runner.spec(name).parameters, arguments)
        text = msgspec.json.encode(arguments).decode()
        trace = await runner.run(ToolCallPart("call_1", name, text), run_context())
        assert trace.status == "completed", trace.error_message


@every_tool
@pytest.mark.parametrize(
    "arguments", ["", "{", "[]", "null", '"x"', "{}", '{"nonsense": 1}', "[" * 50_000, "\ud800", '{"a": NaN}']
)
async def test_bad_arguments_end_in_a_failed_trace(name: str, arguments: str, runner: ToolRunner) -> None:
    if arguments in {"", "{}"} and "required" not in runner.spec(name).parameters:
        pytest.skip("a tool that needs nothing may be called with nothing")
    trace = await runner.run(ToolCallPart("call_1", name, arguments), run_context())
    assert trace.status == "failed"
    assert trace.error_message is not None
    assert trace.error_message.startswith("invalid arguments: ")
    assert (trace.call_id, trace.name, trace.arguments, trace.output) == ("call_1", name, arguments, None)


@every_tool
def test_a_tool_s_types_are_closed_and_its_function_is_async(name: str) -> None:
    tool = TOOLS[name]
    assert tool.arguments_type.__struct_config__.forbid_unknown_fields
    assert inspect.iscoroutinefunction(tool.function)
    assert issubclass(tool.result_type, msgspec.Struct)
