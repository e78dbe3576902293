"""`cryptodesk chat`: a conversation in the terminal, or through a pipe."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from cryptodesk.cli._errors import WRONG_USE, explained_errors
from cryptodesk.cli._memory import collect_rarely
from cryptodesk.cli._options import AsOf, DataOption, ModelOption, ServerOption, VerbosityOption, parse_as_of

if TYPE_CHECKING:
    from cryptodesk.cli._chatting.talk import Shelf, Talk
    from cryptodesk.settings import Settings

__all__ = ["chat"]


def chat(  # noqa: PLR0913, PLR0917  each is an option of the command
    model: ModelOption = None,
    verbosity: VerbosityOption = None,
    as_of: AsOf = None,
    research: Annotated[
        bool | None,
        typer.Option(
            "--research/--no-research",
            help="Let the research graph answer, and ask back where a question is open. On when left out.",
            show_default=False,
        ),
    ] = None,
    data: DataOption = None,
    server: ServerOption = None,
    resume: Annotated[
        str | None, typer.Option("--resume", help="Go on with this saved conversation.", autocompletion=_saved_names)
    ] = None,
    last: Annotated[bool, typer.Option("--last", help="Go on with the conversation that was saved last.")] = False,
    list_saved: Annotated[bool, typer.Option("--list", help="List the saved conversations.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print each answer as one line of JSON.")] = False,
) -> None:
    """Talk with the desk: it keeps the context, asks back, and says what it cost."""
    collect_rarely()
    from cryptodesk.cli._chatting.talk import Shelf
    from cryptodesk.settings import load_settings

    given = {"model": model, "verbosity": verbosity and verbosity.value, "as_of": parse_as_of(as_of)}
    chosen = {name: value for name, value in (given | {"research": research}).items() if value is not None}
    with explained_errors():
        settings = load_settings(data=data, server=server)
        shelf = Shelf(settings.home / "chats")
        if list_saved:
            _list(shelf, as_json=as_json)
            return
        talk = _talk(shelf, resume, last=last, chosen=chosen)
        code = _run(settings, talk, shelf, has_data=data is not None, as_json=as_json)
    if code:
        raise typer.Exit(code)


def _saved_names(incomplete: str) -> list[str]:
    from cryptodesk.cli._chatting.talk import Shelf
    from cryptodesk.settings import SettingsError, load_settings

    try:
        return [name for name in Shelf(load_settings().home / "chats").names() if name.startswith(incomplete)]
    except SettingsError:  # a completion has nobody to tell
        return []


def _list(shelf: Shelf, *, as_json: bool) -> None:
    import msgspec

    if as_json:
        typer.echo(msgspec.json.encode({"conversations": shelf.names()}).decode())
    else:
        typer.echo("\n".join(shelf.names()) or "No conversation is saved; /save saves one.")


def _talk(shelf: Shelf, resume: str | None, *, last: bool, chosen: dict[str, Any]) -> Talk:
    """A new conversation or a saved one; what was chosen here goes before what was saved with it."""
    from msgspec import structs

    from cryptodesk.cli._asking import Wish
    from cryptodesk.cli._chatting.talk import ShelfError, Talk

    names = shelf.names() if last and resume is None else []
    name = resume or (names[0] if names else None)
    if last and name is None:
        _wrong_use("no conversation is saved; /save saves one")
    try:
        talk = shelf.load(name) if name is not None else Talk()
    except ShelfError as error:
        _wrong_use(str(error))
    wish = talk.wish if name is not None else Wish(research=True, related_questions=2, may_clarify=True)
    return structs.replace(talk, wish=structs.replace(wish, **chosen))


def _run(settings: Settings, talk: Talk, shelf: Shelf, *, has_data: bool, as_json: bool) -> int:
    from cryptodesk.cli._asking.opening import open_answerer
    from cryptodesk.cli._chatting.commands import Room, complete
    from cryptodesk.cli._chatting.loop import Loop
    from cryptodesk.cli._chatting.prompt import open_prompt
    from cryptodesk.core.clock import SystemClock

    answerer = open_answerer(settings, has_data=has_data)
    prompt = open_prompt(settings.home / "chat-history", complete)
    if prompt.is_terminal and not as_json:
        named = f"{talk.name}, {len(talk.turns)} answers. " if talk.turns else ""
        typer.secho(f"{named}Answers come from {answerer.place}. /help lists what can be typed.", dim=True)
    return Loop(Room(talk, shelf), prompt, SystemClock(), as_json=as_json).run(answerer)


def _wrong_use(message: str) -> NoReturn:
    typer.secho(f"cryptodesk: {message}", err=True, fg="red")
    raise typer.Exit(WRONG_USE)
