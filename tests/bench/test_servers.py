from __future__ import annotations

import sys
from pathlib import Path

import pytest
from bench.machine import Cores
from bench.native import BenchError
from bench.servers import free_port, header_mapping, start_server
from bench.targets import YARDSTICK, Launch, Place, Target


def test_a_server_that_ends_is_reported_with_its_last_words(tmp_path: Path) -> None:
    def launch(_: Place) -> Launch:
        return Launch([sys.executable, "-c", "raise SystemExit('no such table')"], {})

    with pytest.raises(BenchError, match=r"broken did not start: it ended with status 1(.|\n)*no such table"):
        start_server(Target("broken", launch), "http://127.0.0.1:9/v1", Cores(None, None), tmp_path)


def test_a_server_that_only_refuses_is_reported_with_the_refusal_and_stopped(tmp_path: Path) -> None:
    refusing = Target(
        "yardstick", YARDSTICK.launch, headers=lambda _: ("Authorization: Bearer wrong",), start_limit_seconds=3
    )
    with pytest.raises(BenchError, match=r"no good answer within 3 s; last: status 401"):
        start_server(refusing, "http://127.0.0.1:9/v1", Cores(None, None), tmp_path)


def test_a_server_is_up_once_it_has_passed_the_mocks_answer_on(tmp_path: Path, mock_port: int) -> None:
    server = start_server(YARDSTICK, f"http://127.0.0.1:{mock_port}/v1", Cores(None, None), tmp_path)
    try:
        assert server.group is not None
        assert server.group.process.poll() is None
        assert server.start_seconds is not None
    finally:
        server.stop()


def test_a_free_port_can_be_used() -> None:
    assert 1024 <= free_port() <= 65535


def test_header_lines_become_a_mapping_and_values_may_hold_colons() -> None:
    assert header_mapping(("A: b", "X-Host: http://h:1/v1")) == {"A": "b", "X-Host": "http://h:1/v1"}
