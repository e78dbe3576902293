"""The command picks parts, amounts and exit codes."""

from __future__ import annotations

from argparse import Namespace

import pytest
from bench.proof.__main__ import amount_of, chosen, main
from bench.proof.part import Amount, Figure, Outcome, Part
from bench.proof.running import Proved, load_parts


def part_of(outcome: Outcome) -> Part:
    async def run(effort: object) -> Outcome:
        return outcome

    amount = Amount(2, 0, 5)
    return Part("A title", "It does.", "things", amount, amount, run)


def run_with(monkeypatch: pytest.MonkeyPatch, *outcomes: Outcome) -> int:
    parts = {f"part{number}": part_of(outcome) for number, outcome in enumerate(outcomes)}
    monkeypatch.setattr("bench.proof.__main__.load_parts", lambda: parts)
    return main([])


KEPT = Outcome([Figure("lost", "0", "0", True)])
BROKEN = Outcome(faults=["lost: an answer"])
SKIPPED = Outcome(skipped="there is no compiler")


@pytest.mark.parametrize(
    ("outcomes", "status"), [((KEPT, KEPT), 0), ((KEPT, BROKEN, SKIPPED), 1), ((KEPT, SKIPPED), 2)]
)
def test_the_exit_code_says_whether_all_was_kept(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], outcomes: tuple[Outcome, ...], status: int
) -> None:
    assert run_with(monkeypatch, *outcomes) == status
    said = capsys.readouterr().out
    assert ("FAULT: lost: an answer" in said) is (BROKEN in outcomes)
    assert ("not run: there is no compiler" in said) is (SKIPPED in outcomes)


def test_names_are_picked_in_the_order_of_the_parts() -> None:
    parts = load_parts()
    assert chosen("soak, kill", parts) == ["kill", "soak"]
    assert chosen("", parts) == list(parts)
    with pytest.raises(SystemExit, match="'kil' is none of kill, restart"):
        chosen("kil", parts)


def test_a_longer_run_is_given_more_time() -> None:
    part = load_parts()["soak"]
    given = {"short": False, "count": None, "seconds": None}
    assert amount_of(part, Namespace(**given)) == part.long
    assert amount_of(part, Namespace(**{**given, "short": True})) == part.short
    longer = amount_of(part, Namespace(**{**given, "seconds": 3_600.0}))
    assert longer.seconds == 3_600
    assert longer.limit_seconds >= part.long.limit_seconds + 3_000
    assert amount_of(part, Namespace(**{**given, "short": True, "count": 9})).limit_seconds >= part.long.limit_seconds


def test_short_figures_are_never_written() -> None:
    with pytest.raises(SystemExit, match="its figures are not written"):
        main(["--short", "--write"])


def test_the_list_names_every_part(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list"]) == 0
    said = capsys.readouterr().out
    assert all(f"| {name} " in said for name in load_parts())


def test_what_was_proved_knows_its_day() -> None:
    part = part_of(KEPT)
    assert len(Proved("x", part, part.long, 1.0, KEPT).on) == len("2026-01-01")
