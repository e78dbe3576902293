"""Parts are run within their time, and whatever goes wrong with one is its own fault."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from bench.proof.part import Amount, Effort, Figure, Outcome, Part, ProofError, until
from bench.proof.running import describe_machine, prove, run_part

AMOUNT = Amount(3, 0, 5)


def part_of(run: object, amount: Amount = AMOUNT) -> Part:
    return Part("A title", "It does.", "things", amount, amount, run)  # type: ignore[arg-type]


async def well(effort: Effort) -> Outcome:
    assert effort.folder.is_dir()
    effort.say(f"{effort.count} done")
    return Outcome([Figure("things", str(effort.count), "3", effort.count == 3)])


async def breaks(effort: Effort) -> Outcome:
    raise ZeroDivisionError("by nothing")


async def finds(effort: Effort) -> Outcome:
    raise ProofError("the server is gone")


async def lasts(effort: Effort) -> Outcome:
    await asyncio.Event().wait()
    return Outcome()


def test_a_part_is_told_how_much_and_tells_how_far_it_is(tmp_path: Path) -> None:
    said: list[str] = []
    (proved,) = prove([("good", part_of(well), AMOUNT)], 1, said.append, tmp_path)
    assert proved.outcome.is_kept
    assert said == ["good: 3 things", "  3 done"]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("run", "fault"),
    [
        (breaks, "the part itself broke: ZeroDivisionError: by nothing"),
        (finds, "the server is gone"),
        (lasts, "it took longer than 0.01 s"),
    ],
)
def test_what_goes_wrong_is_a_fault(run: object, fault: str, tmp_path: Path) -> None:
    amount = Amount(1, 0, 0.01 if run is lasts else 5)
    outcome = run_part("bad", part_of(run), amount, 1, lambda _: None, tmp_path).outcome
    assert list(outcome.faults) == [fault]
    assert not outcome.is_kept


@pytest.mark.parametrize(("is_met", "is_kept"), [(True, True), (None, True), (False, False)])
def test_a_goal_that_is_missed_is_not_kept(is_met: bool | None, is_kept: bool) -> None:
    assert Outcome([Figure("x", "1", "0", is_met)]).is_kept is is_kept


async def test_what_does_not_come_about_is_named() -> None:
    with pytest.raises(ProofError, match=r"not within 0\.01 s: a miracle"):
        await until(lambda: False, "a miracle", 0.01)
    assert await until(lambda: True, "a fact") >= 0


def test_the_machine_is_one_line_with_its_cores() -> None:
    told = describe_machine()
    assert "\n" not in told
    assert "cores" in told
