"""Commands that are imported when they are called: the list of them and its help need none of their modules."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Any, NamedTuple

import typer
from typer.core import TyperGroup

__all__ = ["Entry", "LateGroup", "late_group"]

_GAP = 2


class Entry(NamedTuple):
    """`attribute` of `module` is the function of a command or a Typer of several. `section` is
    the heading under which it is listed, with its `summary`; `examples` stand below its help."""

    name: str
    module: str
    attribute: str
    section: str
    summary: str
    examples: tuple[str, ...] = ()


class LateGroup(TyperGroup):
    entries: Sequence[Entry] = ()

    def list_commands(self, ctx: Any) -> list[str]:
        return list(dict.fromkeys([*(entry.name for entry in self.entries), *super().list_commands(ctx)]))

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        entry = next((each for each in self.entries if each.name == cmd_name), None)
        if entry is not None and cmd_name not in self.commands:
            self.commands[cmd_name] = _load(entry)
        return super().get_command(ctx, cmd_name)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        # Suggestions for a mistyped name are made of what is loaded.
        if args and args[0] not in self.list_commands(ctx):
            for name in self.list_commands(ctx):
                self.get_command(ctx, name)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        width = max(len(entry.name) for entry in self.entries) + _GAP
        for section in dict.fromkeys(entry.section for entry in self.entries):
            with formatter.section(section):
                rows = [(entry.name, entry.summary) for entry in self.entries if entry.section == section]
                formatter.write_dl([(name.ljust(width - _GAP), summary) for name, summary in rows])


def late_group(entries: Sequence[Entry]) -> type[LateGroup]:
    """A group class of these commands, for `typer.Typer(cls=…)`."""
    return type("Commands", (LateGroup,), {"entries": tuple(entries)})


def _load(entry: Entry) -> Any:
    found = getattr(import_module(entry.module), entry.attribute)
    lines = ("Example:" if len(entry.examples) == 1 else "Examples:", *(f"  {line}" for line in entry.examples))
    epilog = "\n\n".join(lines) if entry.examples else None
    around = typer.Typer(add_completion=False, rich_markup_mode=None)
    if isinstance(found, typer.Typer):
        around.add_typer(found, name=entry.name, epilog=epilog)
    else:
        around.command(entry.name, epilog=epilog)(found)
    # With a callback it stays a group, whose one command has everything that a command of its own would have.
    around.callback()(_nothing)
    return typer.main.get_command(around).commands[entry.name]  # type: ignore[attr-defined]


def _nothing() -> None:
    return
