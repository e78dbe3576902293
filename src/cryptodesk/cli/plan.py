"""`cryptodesk plan`: what the embedded analyst would do with a question, and what else it may have meant."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from cryptodesk.cli._errors import WRONG_USE, explained_errors
from cryptodesk.cli._options import AsOf, DataOption, parse_as_of

if TYPE_CHECKING:
    from datetime import datetime

    from cryptodesk.models.analyst.explain import ExplainedPlan
    from cryptodesk.settings import Settings

__all__ = ["plan"]


def plan(
    question: Annotated[list[str], typer.Argument(help="The question, in plain words.")],
    after: Annotated[list[str] | None, typer.Option("--after", help="A question asked before it; may repeat.")] = None,
    data: DataOption = None,
    as_of: AsOf = None,
    head: Annotated[bool, typer.Option(help="Let the sentence encoder break ties, as it does in answers.")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print the plans as JSON.")] = False,
) -> None:
    """Show which tools the analyst would call, with which arguments, how sure it is, and the rivals."""
    from cryptodesk.settings import load_settings

    text = " ".join(question).strip()
    if not text:
        typer.secho("cryptodesk: the question is empty", err=True, fg="red")
        raise typer.Exit(WRONG_USE)
    moment = parse_as_of(as_of)
    with explained_errors():
        plans = asyncio.run(_plans(load_settings(data=data), text, after or (), moment, with_head=head))
    if as_json:
        import msgspec

        typer.echo(msgspec.json.format(msgspec.json.encode({"plans": plans}), indent=2).decode())
        return
    for found in plans:
        _show(found)


async def _plans(
    settings: Settings, text: str, earlier: list[str] | tuple[()], as_of: datetime | None, *, with_head: bool
) -> tuple[ExplainedPlan, ...]:
    from cryptodesk.app.desk import Desk

    async with Desk(settings) as desk:
        breaks = await desk.break_ties(text, earlier, as_of) if with_head else {}
        return desk.plan(text, earlier, as_of, breaks)


def _show(found: ExplainedPlan) -> None:
    import msgspec

    typer.secho(f"{found.intent}  {found.confidence:.2f}", bold=True)
    for asset in found.assets:
        rivals = f"  or {', '.join(map(str, asset.rivals))}" if asset.rivals else ""
        typer.echo(f"  asset   {asset.text} = {asset.name} ({asset.asset_id}) {asset.confidence:.2f}{rivals}")
    if found.period:
        typer.echo(f"  period  {found.period}{f': {found.problem}' if found.problem else ''}")
    if found.measures:
        typer.echo(f"  figures {', '.join(found.measures)}")
    if found.slots:
        typer.echo(f"  slots   {msgspec.json.encode(found.slots).decode()}")
    for call in found.calls:
        typer.echo(f"  call    {call.tool} {msgspec.json.encode(call.arguments).decode()}")
    if found.tie_break:
        typer.echo(f"  tie     {', '.join(f'{name} {probability:.2f}' for name, probability in found.tie_break)}")
    for name, confidence in found.rivals:
        typer.echo(f"  rival   {name}  {confidence:.2f}")
