"""The slash commands of a conversation. Each gets what stands behind its name and says what it did."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import typer
from msgspec import structs

from cryptodesk.cli._chatting.export import export
from cryptodesk.cli._chatting.talk import Shelf, ShelfError, Talk
from cryptodesk.cli._completion import complete_models
from cryptodesk.cli._options import Verbosity, parse_as_of
from cryptodesk.core.usage import decimal_text

__all__ = ["COMMANDS", "Command", "Room", "complete", "cost_line", "run_command"]


class Room:
    """What commands work on: the conversation, where it is kept, and whether it goes on."""

    def __init__(self, talk: Talk, shelf: Shelf) -> None:
        self.talk = talk
        self.shelf = shelf
        self.is_open = True


class Command(NamedTuple):
    takes: str
    does: str
    run: Callable[[Room, str], str]


def run_command(room: Room, line: str) -> tuple[str, bool]:
    """What it says, and whether it did what was asked."""
    name, _, argument = line.partition(" ")
    command = COMMANDS.get(name.removeprefix("/"))
    if command is None:
        return f"no command {name!r}; /help lists them", False
    try:
        return command.run(room, argument.strip()), True
    except (ShelfError, ValueError) as error:
        return str(error), False


def complete(typed: str) -> Sequence[str]:
    """Of a whole line: names of commands, then what a command takes."""
    name, space, argument = typed.partition(" ")
    if not name.startswith("/"):
        return ()
    if not space:
        return [f"/{each} " if COMMANDS[each].takes else f"/{each}" for each in COMMANDS if f"/{each}".startswith(name)]
    offered = {"/model": complete_models(argument), "/verbosity": [*Verbosity], "/research": ["on", "off"]}
    return [f"{name} {each}" for each in offered.get(name, ()) if each.startswith(argument)]


def _model(room: Room, argument: str) -> str:
    if argument:
        _wish(room, model=argument)
    return f"model: {room.talk.wish.model or 'the default one'}"


def _verbosity(room: Room, argument: str) -> str:
    if argument:
        if argument not in [*Verbosity]:
            raise ValueError(f"/verbosity is one of {', '.join(Verbosity)}, not {argument!r}")
        _wish(room, verbosity=argument)
    return f"verbosity: {room.talk.wish.verbosity or 'balanced'}"


def _as_of(room: Room, argument: str) -> str:
    if argument == "now":
        _wish(room, as_of=None)
    elif argument:
        try:
            _wish(room, as_of=parse_as_of(argument))
        except typer.BadParameter as error:
            raise ValueError(f"/asof: {error.message}, or now") from None
    moment = room.talk.wish.as_of
    return f"as of: {moment:%Y-%m-%d %H:%M} UTC" if moment else "as of: now"


def _research(room: Room, argument: str) -> str:
    if argument not in ("", "on", "off"):
        raise ValueError(f"/research is on or off, not {argument!r}")
    if argument:
        _wish(room, research=argument == "on")
    return f"research: {'on' if room.talk.wish.research else 'off'}"


def _wish(room: Room, **changes: object) -> None:
    room.talk.wish = structs.replace(room.talk.wish, **changes)


def _sources(room: Room, _: str) -> str:
    return _of_last(room, "sources", "the last answer names no source")


def _tools(room: Room, _: str) -> str:
    return _of_last(room, "tools", "the last answer called no tool")


def _of_last(room: Room, field: str, none: str) -> str:
    if not room.talk.turns:
        return "nothing has been answered yet"
    return "\n".join(getattr(room.talk.turns[-1], field)) or none


def _cost(room: Room, _: str) -> str:
    return cost_line(room.talk)


def cost_line(talk: Talk) -> str:
    total, unknown = talk.cost()
    rest = f", and {unknown} of unknown cost" if unknown else ""
    count = len(talk.turns)
    return f"cost  ${decimal_text(total)} in {count} answer{'' if count == 1 else 's'}{rest}"


def _save(room: Room, argument: str) -> str:
    if not room.talk.turns:
        raise ValueError("nothing to save yet")
    before = room.talk.name
    room.talk.name = argument or before or room.shelf.free_name(room.talk)
    try:
        room.shelf.save(room.talk)
    except ShelfError:
        room.talk.name = before
        raise
    return f"saved as {room.talk.name}; `cryptodesk chat --resume {room.talk.name}` goes on with it"


def _export(room: Room, argument: str) -> str:
    if not argument:
        raise ValueError("/export needs the name of a file: .md or .json")
    path = Path(argument).expanduser()
    if path.exists():
        raise ValueError(f"{argument!r} is there already; choose another name")
    export(room.talk, path)
    return f"exported to {argument}"


def _new(room: Room, _: str) -> str:
    room.talk = Talk(wish=room.talk.wish)
    return "a new conversation"


def _help(_: Room, __: str) -> str:
    width = max(len(f"/{name} {command.takes}") for name, command in COMMANDS.items())
    lines = [f"{f'/{name} {command.takes}':<{width}}  {command.does}" for name, command in COMMANDS.items()]
    return "\n".join([*lines, "", "A number picks an offered answer or question. Ctrl-C stops an answer, Ctrl-D ends."])


def _quit(room: Room, _: str) -> str:
    room.is_open = False
    return ""


COMMANDS = {
    "model": Command("[ID]", "show or choose the model", _model),
    "verbosity": Command("[WORD]", "show or choose how much answers say", _verbosity),
    "asof": Command("[DATE|now]", "answer as of a moment", _as_of),
    "research": Command("[on|off]", "answer by the research graph", _research),
    "sources": Command("", "where the last answer's figures and texts come from", _sources),
    "tools": Command("", "which tools the last answer called", _tools),
    "cost": Command("", "what the conversation has cost", _cost),
    "save": Command("[NAME]", "save now and after each answer", _save),
    "export": Command("FILE", "write it as Markdown or JSON", _export),
    "new": Command("", "begin anew", _new),
    "help": Command("", "this list", _help),
    "quit": Command("", "end", _quit),
}
