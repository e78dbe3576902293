from __future__ import annotations

import msgspec
import pytest
from bench.components import Figure
from bench.components.stored_turn import CPU_FIGURE
from bench.goals import Goal, check_goals
from bench.stages import Memory, Starts
from bench.summary import Row, Summary

ROW = Row(
    mode="buffered", connections=16, target="cryptodesk", answers=10, errors=0, first_error="", rate=100.0,
    rate_ratio=0.4, cpu_us=300.0, cpu_ratio=2.5, added_p50_ms=1.0, added_p50_ratio=2.0, added_p99_ms=2.0,
    added_p99_ratio=2.0, added_begin_ms=3.0, added_begin_ratio=2.0, resident_bytes=1, others_ratio=0.0,
)  # fmt: skip


def changed(**fields: object) -> Row:
    return msgspec.structs.replace(ROW, **fields)


def goals_of(*rows: Row) -> dict[str, Goal]:
    return {goal.name: goal for goal in check_goals(Summary(rows), [], None, [])}


def test_a_bound_itself_is_met_on_both_sides() -> None:
    assert Goal("", 3, True, "x", 3.0).is_met is True
    assert Goal("", 3, True, "x", 3.01).is_met is False
    assert Goal("", 0.35, False, "x", 0.35).is_met is True
    assert Goal("", 0.35, False, "x", 0.34).is_met is False


def test_what_was_not_measured_is_neither_met_nor_missed() -> None:
    goals = check_goals(Summary(()), [], None, [])
    assert {goal.is_met for goal in goals} == {None}
    assert len({goal.name for goal in goals}) == len(goals)


@pytest.mark.parametrize(
    ("name", "mode", "connections", "measured"),
    [
        ("buffered c16: CPU per request / yardstick", "buffered", 16, 2.5),
        ("buffered c1: added p50 / yardstick", "buffered", 1, 2.0),
        ("dense c16: streams/s / yardstick", "dense", 16, 0.4),
        ("paced c16: first byte added", "paced", 16, 3.0),
        ("paced c16: CPU per chunk / yardstick", "paced", 16, 2.5),
    ],
)
def test_each_goal_reads_its_own_load(name: str, mode: str, connections: int, measured: float) -> None:
    assert goals_of(changed(mode=mode, connections=connections))[name].measured == measured
    assert goals_of(changed(mode="other", connections=connections))[name].measured is None


def test_peers_are_compared_by_rate() -> None:
    goals = goals_of(changed(rate=100.0), changed(target="litellm", rate=2.0), changed(target="portkey", rate=80.0))
    assert goals["buffered c16: requests/s / LiteLLM"].measured == 50
    assert goals["buffered c16: requests/s / LiteLLM"].is_met is True
    assert goals["buffered c16: requests/s / Portkey"].measured == 1.25
    assert goals["buffered c16: requests/s / Portkey"].is_met is False


def test_a_peer_that_answered_nothing_gives_no_ratio() -> None:
    goals = goals_of(ROW, changed(target="litellm", rate=0.0, answers=0))
    assert goals["buffered c16: requests/s / LiteLLM"].measured is None


def test_more_connections_are_compared_with_sixteen() -> None:
    goals = goals_of(changed(rate=100.0), changed(connections=64, rate=95.0), changed(connections=256, rate=80.0))
    assert goals["buffered c64: rate / c16"].measured == 0.95
    assert goals["buffered c64: rate / c16"].is_met is True
    assert goals["buffered c256: rate / c16"].is_met is False


def test_one_error_anywhere_misses_the_goal_and_so_does_silence() -> None:
    assert goals_of(ROW)["errors under any load"].is_met is True
    assert goals_of(ROW, changed(connections=64, errors=1))["errors under any load"].measured == 1
    assert goals_of(ROW, changed(connections=64, answers=0))["errors under any load"].is_met is False
    assert goals_of(ROW, changed(target="litellm", errors=5))["errors under any load"].is_met is True


def test_memory_and_starts_are_checked_in_their_units() -> None:
    memory = [Memory("yardstick", 0.2, 1, 200, 1.0), Memory("cryptodesk", 0.5, 130_000_000, 200, 100_001.0)]
    goals = {goal.name: goal for goal in check_goals(Summary(()), memory, Starts(3, 1.6, 0.4, None), [])}
    assert (goals["memory idle"].measured, goals["memory idle"].is_met) == (130.0, True)
    assert goals["memory per open stream"].is_met is False
    assert goals["start to first good answer, fresh home"].is_met is False
    assert goals["start to first good answer, prepared home"].is_met is True
    assert goals["`cryptodesk ask`, whole"].is_met is None


def test_a_component_with_a_bound_is_a_goal_and_one_without_is_not() -> None:
    figures = [Figure("a plan of five nodes", 0.2, "ms", goal=0.1), Figure("a chunk", 0.5, "us")]
    last = check_goals(Summary(()), [], None, figures)[-1]
    assert (last.name, last.is_met) == ("a plan of five nodes", False)


def test_the_stores_share_is_its_cpu_over_that_of_the_whole_request() -> None:
    name = "store and ledger: share of a buffered request's CPU"
    goals = check_goals(Summary((ROW,)), [], None, [Figure(CPU_FIGURE, 60.0, "us")])
    assert next(goal for goal in goals if goal.name == name).measured == 0.2
    assert goals_of(ROW)[name].is_met is None
