from __future__ import annotations

from pathlib import Path

import pytest
from bench.native import BenchError, Latency
from bench.rounds import Plan, read_result, rotate
from bench.servers import Server
from bench.targets import MOCK, Place

SERVERS = [Server(MOCK, Place(port, "", Path()), None, None) for port in (1, 2, 3)]


def ports(servers: list[Server]) -> list[int]:
    return [server.place.port for server in servers]


def test_each_round_begins_with_another_target() -> None:
    assert [ports(rotate(SERVERS, number)) for number in range(4)] == [[1, 2, 3], [2, 3, 1], [3, 1, 2], [1, 2, 3]]


def test_the_drivers_line_is_read_with_all_its_fields() -> None:
    result = read_result(
        b'{"answers":7,"errors":1,"seconds":0.5,"bytes_per_answer":10.5,"window_bytes":70,'
        b'"total_ms":{"p50":1.5,"p90":2,"p99":3,"mean":1.75},"begin_ms":null,"first_error":"bad status"}'
    )
    assert (result.answers, result.errors, result.rate) == (7, 1, 14)
    assert result.total_ms == Latency(1.5, 2, 3, 1.75)
    assert result.begin_ms is None
    assert result.first_error == "bad status"


@pytest.mark.parametrize("line", [b"", b"begin\n", b'{"answers":7}', b'{"answers":"many"}'])
def test_anything_else_than_a_result_is_refused_with_what_was_said(line: bytes) -> None:
    with pytest.raises(BenchError, match="the load driver printed"):
        read_result(line)


def test_many_connections_are_given_more_time_to_open() -> None:
    plan = Plan((), (), 1, 0.4, 1.5)
    assert plan.warm_seconds_for(256) == pytest.approx(1.04)
    assert plan.warm_seconds_for(256) > plan.warm_seconds_for(1)
