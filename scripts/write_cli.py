"""Writes docs/cli.md from the commands themselves.

python scripts/write_cli.py            # writes the page anew
python scripts/write_cli.py --check    # tells whether it is that of the code
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from cryptodesk.cli import app
from cryptodesk.cli._chatting.commands import COMMANDS as SLASH_COMMANDS
from cryptodesk.cli._commands import COMMANDS
from cryptodesk.cli._errors import EXIT_CODES
from cryptodesk.cli._report import SCHEMA

PAGE = Path(__file__).parents[1] / "docs" / "cli.md"

# ruff: noqa: E501 - lines of a page

HEAD = f"""\
# The command line

<!-- Written by scripts/write_cli.py from the commands themselves: change those, then run it. -->

`cryptodesk COMMAND --help` says the same with less. Answers go to standard output, everything else to standard error.
Colours and drawing are for terminals: a pipe gets plain text, and `NO_COLOR` or `cryptodesk --no-color …` turns colours off.
Every command that prints data prints it as JSON with `--json`.

`ask` and `chat` answer by a desk in their own process. With `--server URL` (or `CRYPTODESK_SERVER`) they ask a running server
with the key in `CRYPTODESK_KEY`, and show the same.

## Exit codes

| code | meaning |
|---|---|
{{codes}}

## Completion

`cryptodesk --install-completion` sets it up for your shell, or put the script where you want it:
`eval "$(cryptodesk completion bash)"`. Model ids, saved conversations and names of assets are completed too.

## What `ask --json` prints

One object, always with the same members; `chat --json` prints one such line an answer. `schema` is `{SCHEMA}` and
changes when a member is taken away or changes its meaning, not when one is added.

| member | what |
|---|---|
| `schema`, `run_id`, `model` | the form; the run's id; the model that really answered |
| `answer`, `finish_reason`, `limit` | the text as Markdown; why it ended; what ended it early |
| `tool_traces` | the calls of tools, with arguments, results and times |
| `origins` | where figures come from: `source`, `mode`, `as_of` |
| `citations`, `charts`, `related`, `choices` | of a researched answer: sources by number, charts with their rows, questions to go on with, answers to a question back |
| `verification` | what was found of the answer's figures ([verification](verification.md)) |
| `usage`, `cost_usd` | tokens; the exact cost as text, null where it is not known |
| `error`, `error_code` | null, or what went wrong in words and as a code |

## In a conversation

| what is typed | what it does |
|---|---|
{{slash}}
| a number | picks an offered answer or question |

Arrow keys go through earlier questions, the tab key completes commands. Ctrl-C stops an answer, Ctrl-D ends. In a pipe each line
is a question, and the exit code is that of the last one that failed.
"""


def page() -> str:
    root = typer.main.get_command(app)
    codes = "\n".join(f"| {code} | {meaning} |" for code, meaning in EXIT_CODES.items())
    slash = "\n".join(
        f"| `{f'/{name} {command.takes}'.strip().replace('|', chr(92) + '|')}` | {command.does} |"
        for name, command in SLASH_COMMANDS.items()
    )
    parts = [HEAD.format(codes=codes, slash=slash)]
    for section in dict.fromkeys(entry.section for entry in COMMANDS):
        parts.append(f"## {section}\n")
        for entry in COMMANDS:
            if entry.section == section:
                command = root.get_command(None, entry.name)  # type: ignore[attr-defined]
                parts += _command(command, f"cryptodesk {entry.name}")
                parts.append("```console\n" + "\n".join(entry.examples) + "\n```\n")
    return "\n".join(parts)


def _command(command: Any, path: str, level: int = 3) -> Iterator[str]:
    yield f"{'#' * level} `{path}`\n\n{_prose(command.help)}\n"
    if hasattr(command, "list_commands"):
        for name in command.list_commands(None):
            yield from _command(command.get_command(None, name), f"{path} {name}", level + 1)
        return
    context = command.make_context(path, [], resilient_parsing=True)
    records = [item.get_help_record(context) for item in command.params if not item.hidden]
    rows = [f"| `{_cell(names)}` | {_cell(told)} |" for names, told in filter(None, records)]
    if rows:
        yield "| argument or option | what it is |\n|---|---|\n" + "\n".join(rows) + "\n"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _prose(text: str) -> str:
    """Paragraphs on one line each."""
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in text.split("\n\n"))


def main() -> int:
    wanted = page()
    if "--check" in sys.argv[1:]:
        same = PAGE.is_file() and PAGE.read_text("utf-8") == wanted
        print("the page is that of the code" if same else "the page is old: run this script")
        return int(not same)
    PAGE.write_text(wanted, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
