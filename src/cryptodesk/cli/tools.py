"""`cryptodesk tools`: the built-in tools from the shell, as a model would call them."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer

from cryptodesk.cli._errors import FAILED, WRONG_USE, explained_errors
from cryptodesk.cli._options import AsOf, DataOption, parse_as_of

if TYPE_CHECKING:
    from datetime import datetime

    from cryptodesk.core.tools import ToolTrace
    from cryptodesk.settings import Settings

__all__ = ["app"]

app = typer.Typer(help="List the built-in tools, or call one.", no_args_is_help=True)


@app.command("list")
def list_tools(
    as_json: Annotated[bool, typer.Option("--json", help="Print names, descriptions and schemas as JSON.")] = False,
) -> None:
    """Show what each built-in tool does and takes."""
    from cryptodesk.tools import tool_specs

    specs = tool_specs()
    if as_json:
        plain = [{"name": spec.name, "description": spec.description, "parameters": spec.parameters} for spec in specs]
        typer.echo(_pretty(plain))
        return
    for spec in specs:
        typer.secho(spec.name, bold=True)
        typer.echo(f"  {spec.description}")
        required = spec.parameters.get("required", ())
        names = [f"{name}*" if name in required else name for name in spec.parameters["properties"]]
        typer.echo(f"  takes {', '.join(names)}   (* required)\n")


@app.command("call")
def call_tool(
    name: Annotated[str, typer.Argument(help="The tool's name, with or without `cmc_`.")],
    arguments: Annotated[str, typer.Argument(help="Its arguments as a JSON object; - reads standard input.")] = "{}",
    data: DataOption = None,
    as_of: AsOf = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the whole trace as one JSON object.")] = False,
) -> None:
    """Run a tool and print what it found. Exit code 1 if it failed."""
    from cryptodesk.settings import load_settings
    from cryptodesk.tools import tool_specs

    known = [spec.name for spec in tool_specs()]
    full_name = name if name in known else f"cmc_{name}"
    if full_name not in known:
        typer.secho(f"cryptodesk: no tool {name!r}; there are {', '.join(known)}", err=True, fg="red")
        raise typer.Exit(WRONG_USE)
    text = sys.stdin.read() if arguments == "-" else arguments
    moment = parse_as_of(as_of)
    with explained_errors():
        trace = asyncio.run(_call(load_settings(data=data), full_name, text, moment))
    _show(trace, as_json=as_json)
    if trace.status == "failed":
        raise typer.Exit(FAILED)


async def _call(settings: Settings, name: str, arguments: str, as_of: datetime | None) -> ToolTrace:
    from cryptodesk.app.desk import Desk

    async with Desk(settings) as desk:
        return await desk.call_tool(name, arguments, as_of)


def _show(trace: ToolTrace, *, as_json: bool) -> None:
    """A sanitized tool's passages are the operator's own here, so what the model is told is shown."""
    decoded = _decoded(trace.model_content)
    if as_json:
        plain = msgspec.to_builtins(trace)
        typer.echo(
            _pretty({name: value for name, value in plain.items() if name != "model_content"} | {"result": decoded})
        )
    elif trace.status == "failed":
        typer.secho(f"{trace.name} failed: {trace.error_message}", err=True, fg="red")
    else:
        typer.echo(decoded if isinstance(decoded, str) else _pretty(decoded))
        typer.secho(f"{trace.name} completed in {trace.duration_ms:.0f} ms", err=True, dim=True)


def _decoded(text: str) -> Any:
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:
        return text


def _pretty(value: Any) -> str:
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode()
