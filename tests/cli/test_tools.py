"""The built-in tools from the shell, as a user calls them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from cryptodesk.cli._options import parse_as_of
from cryptodesk.tools import tool_specs
from tests.clients.server import environment


def tools(home: Path, *arguments: str, standard_input: str = "", **extra: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "cryptodesk", "tools", *arguments],
        env=environment(home, COLUMNS="160", **extra),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        input=standard_input,
    )


def test_the_list_names_every_tool_with_what_it_takes(tmp_path: Path) -> None:
    done = tools(tmp_path, "list")
    assert done.returncode == 0, done.stderr
    for spec in tool_specs():
        assert spec.name in done.stdout
    assert "takes query*, asset_type, platform, limit" in done.stdout


def test_the_list_as_json_has_the_schemas(tmp_path: Path) -> None:
    listed = json.loads(tools(tmp_path, "list", "--json").stdout)
    assert [tool["name"] for tool in listed] == [spec.name for spec in tool_specs()]
    assert all(tool["parameters"]["type"] == "object" for tool in listed)


def test_a_call_prints_what_was_found(tmp_path: Path) -> None:
    done = tools(tmp_path, "call", "cmc_math_eval", '{"expression": "2 + 2"}')
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["math_eval_result"]["result"] == "4"
    assert "completed in" in done.stderr


def test_the_prefix_may_be_left_out_and_arguments_may_come_by_standard_input(tmp_path: Path) -> None:
    done = tools(tmp_path, "call", "math_eval", "-", standard_input='{"expression": "3 * 3"}')
    assert json.loads(done.stdout)["math_eval_result"]["result"] == "9"


def test_the_trace_as_json_has_the_call_and_its_result(tmp_path: Path) -> None:
    trace = json.loads(tools(tmp_path, "call", "math_eval", '{"expression": "1/0"}', "--json").stdout)
    assert (trace["name"], trace["status"]) == ("cmc_math_eval", "failed")
    assert trace["error_message"] == "division by zero"


def test_a_failing_call_has_exit_code_one(tmp_path: Path) -> None:
    done = tools(tmp_path, "call", "market_data", '{"asset_type": "planet", "ids": [1]}')
    assert done.returncode == 1
    assert "asset_type" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_unknown_tool_is_named_with_the_known_ones(tmp_path: Path) -> None:
    done = tools(tmp_path, "call", "horoscope")
    assert done.returncode == 2
    assert "no tool 'horoscope'" in done.stderr
    assert "cmc_market_data" in done.stderr


def test_a_call_can_be_about_a_moment_and_in_a_simulated_world(tmp_path: Path) -> None:
    arguments = '{"asset_type": "coin", "ids": [1], "metrics": ["price"]}'
    past = tools(tmp_path, "call", "market_data", arguments, "--as-of", "2024-03-01")
    assert json.loads(past.stdout)["as_of"] == "2024-03-02T00:00:00Z"
    invented = tools(tmp_path, "call", "market_data", arguments, "--data", "simulated")
    assert {origin["mode"] for origin in json.loads(invented.stdout)["provenance"]} <= {"simulated", "computed"}
    assert "imulated" in invented.stdout


def test_a_moment_is_the_end_of_a_day_or_an_instant() -> None:
    assert parse_as_of(None) is None
    assert str(parse_as_of("2024-03-01")) == "2024-03-02 00:00:00+00:00"
    assert str(parse_as_of("2024-03-01T12:30")) == "2024-03-01 12:30:00+00:00"
    assert str(parse_as_of("2024-03-01T12:30+02:00")) == "2024-03-01 10:30:00+00:00"
    for wrong in ("yesterday", "2024-13-01", ""):
        with pytest.raises(typer.BadParameter, match="expected YYYY-MM-DD"):
            parse_as_of(wrong)
