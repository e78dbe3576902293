from __future__ import annotations

from decimal import Decimal

import pytest

from tests.tools.fakes import output_of, run_tool


async def test_the_output_is_that_of_the_specification() -> None:
    output = await output_of("cmc_math_eval", {"expression": "(65000-42000)/42000*100"})
    assert output == {
        "math_eval_result": {
            "expression": "(65000-42000)/42000*100",
            "result": "54.761904761904761904761904761904761904761904761905",
            "result_number": 54.76190476190476,
            "exact": False,
        }
    }


async def test_precision_may_come_as_a_numeric_string() -> None:
    output = await output_of("cmc_math_eval", {"expression": "2/3", "precision": "4"})
    assert output["math_eval_result"]["result"] == "0.6667"
    assert output["math_eval_result"]["result_number"] == 0.6667


async def test_a_null_precision_counts_as_absent() -> None:
    output = await output_of("cmc_math_eval", {"expression": "1/8", "precision": None})
    assert (output["math_eval_result"]["result"], output["math_eval_result"]["exact"]) == ("0.125", True)


async def test_result_number_keeps_every_digit_of_a_float() -> None:
    output = await output_of("cmc_math_eval", {"expression": "123456789.123456"})
    assert output["math_eval_result"]["result_number"] == 123456789.123456
    assert Decimal(output["math_eval_result"]["result"]) == Decimal("123456789.123456")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"expression": "1/0"}, "division by zero"),
        ({"expression": "2 +* 3"}, "syntax error at position 3"),
        ({"expression": "btc * 2"}, "unknown name 'btc'"),
        ({}, "invalid arguments: expression: is required"),
        ({"expression": ""}, "invalid arguments: expression: Expected str of length >= 1"),
        ({"expression": "1" * 501}, "invalid arguments: expression: Expected str of length <= 500"),
        ({"expression": "1", "precision": 31}, "invalid arguments: precision: Expected int <= 30"),
        ({"expression": 5}, "invalid arguments: expression: Expected str, got int"),
    ],
)
async def test_what_cannot_be_computed_fails_with_its_reason(arguments: dict[str, object], message: str) -> None:
    trace = await run_tool("cmc_math_eval", arguments)
    assert (trace.status, trace.error_message, trace.output) == ("failed", message, None)
