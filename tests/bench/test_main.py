from __future__ import annotations

from pathlib import Path

import pytest
from bench.__main__ import main, parse_options


def test_by_default_everything_is_measured_three_times() -> None:
    options = parse_options([])
    assert [mode.name for mode in options.plan.modes] == ["buffered", "dense", "paced"]
    assert options.plan.connections == (1, 16, 64, 256)
    assert options.plan.rounds == 3
    assert options.parts == {"load", "memory", "start", "components"}
    assert (options.peers, options.pin) == (False, True)


def test_a_quick_run_is_one_short_round_of_the_same() -> None:
    quick, usual = parse_options(["--quick"]).plan, parse_options([]).plan
    assert quick.rounds == 1
    assert quick.seconds < usual.seconds
    assert (quick.modes, quick.connections) == (usual.modes, usual.connections)


def test_options_win_over_quick() -> None:
    plan = parse_options(["--quick", "--rounds", "2", "--seconds", "3", "--modes", "dense", "--conc", "8, 9"]).plan
    assert (plan.rounds, plan.seconds, plan.connections) == (2, 3.0, (8, 9))
    assert [mode.name for mode in plan.modes] == ["dense"]


def test_time_is_bounded() -> None:
    assert parse_options(["--seconds", "100000"]).plan.seconds == 60
    assert parse_options(["--rounds", "0"]).plan.rounds == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--modes", "slow"], "unknown mode or part: 'slow'"),
        (["--parts", "everything"], "unknown mode or part: 'everything'"),
        (["--conc", "many"], "whole numbers, 1..1024"),
        (["--conc", "2000"], "whole numbers, 1..1024"),
        (["--conc", ""], "whole numbers, 1..1024"),
        (["--streams", "0"], "whole numbers, 1..1024"),
    ],
)
def test_wrong_options_end_with_a_message(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parse_options(arguments)
    assert ended.value.code == 2
    assert said in capsys.readouterr().err


def test_without_a_compiler_the_bench_says_so_and_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CC", "no-such-compiler")
    monkeypatch.setattr("bench.native.build_folder", lambda: tmp_path)
    assert main(["--quick"]) == 2
    assert "no C compiler" in capsys.readouterr().err
