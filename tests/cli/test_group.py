"""The table of commands, their help, and how the process ends."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from cryptodesk.cli import app
from cryptodesk.cli._commands import COMMANDS
from tests.cli.support import cryptodesk

runner = CliRunner()


def test_the_help_lists_every_command_in_a_line() -> None:
    shown = runner.invoke(app, ["--help"], terminal_width=80).output
    lines = [line.split(maxsplit=1) for line in shown.splitlines() if line.startswith("  ")]
    for entry in COMMANDS:
        assert [entry.name, entry.summary] in lines, entry.name


@pytest.mark.parametrize("entry", COMMANDS, ids=lambda entry: entry.name)
def test_each_command_has_help_of_one_style_with_examples(entry: object) -> None:
    name, examples = entry.name, entry.examples  # type: ignore[attr-defined]
    done = runner.invoke(app, [name, "--help"], terminal_width=300)
    assert done.exit_code == 0
    assert done.output.startswith(f"Usage: cryptodesk {name} ")
    assert "│" not in done.output
    assert examples
    assert all(f"\n  {example}\n" in done.output and f"cryptodesk {name}" in example for example in examples)


def test_every_option_and_argument_says_what_it_is() -> None:
    import typer

    root = typer.main.get_command(app)
    assert [
        path
        for path, command in _leaves(root, "cryptodesk")
        for item in command.params
        if not item.hidden and not item.help
    ] == []  # type: ignore[attr-defined]
    assert [path for path, command in _leaves(root, "cryptodesk") if not command.help] == []  # type: ignore[attr-defined]


def _leaves(command: object, path: str) -> list[tuple[str, object]]:
    names = command.list_commands(None) if hasattr(command, "list_commands") else ()
    found = [(path, command)]
    for name in names:
        found += _leaves(command.get_command(None, name), f"{path} {name}")  # type: ignore[attr-defined]
    return found


def test_a_mistyped_command_is_answered_with_the_likely_one() -> None:
    done = runner.invoke(app, ["documnets"])
    assert (done.exit_code, "Did you mean 'documents'?" in done.output) == (2, True)


def test_a_defect_is_one_line_and_shows_its_place_when_asked_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from cryptodesk import cli

    def broken(**_: object) -> None:
        raise LookupError("which cell?")

    monkeypatch.setattr(cli, "app", broken)
    monkeypatch.setattr("sys.argv", ["cryptodesk", "ask"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    said = capsys.readouterr().err
    assert (ended.value.code, said.count("\n")) == (70, 1)
    assert "a defect: LookupError: which cell?" in said
    monkeypatch.setattr("sys.argv", ["cryptodesk", "--traceback", "ask"])
    with pytest.raises(LookupError):
        cli.main()


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_completion_script_is_of_its_shell(shell: str) -> None:
    done = runner.invoke(app, ["completion", shell])
    assert (done.exit_code, "_CRYPTODESK_COMPLETE" in done.output) == (0, True)


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("cryptodesk led", "ledger"),
        ("cryptodesk keys re", "revoke"),
        ("cryptodesk ask --verb", "--verbosity"),
        ("cryptodesk ask --model cryptodesk-a", "cryptodesk-analyst"),
        ("cryptodesk ask --data sn", "snapshot"),
        ("cryptodesk ask price of Bitc", "Bitcoin"),
    ],
)
def test_a_shell_completes(tmp_path: Path, typed: str, offered: str) -> None:
    words = typed.split(" ")
    asked = {"_CRYPTODESK_COMPLETE": "complete_bash", "COMP_WORDS": typed, "COMP_CWORD": str(len(words) - 1)}
    assert offered in cryptodesk(tmp_path, **asked).stdout.split()
