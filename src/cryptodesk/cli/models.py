"""`cryptodesk models`: which models the desk can serve, at which price, and whether one really answers."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer

from cryptodesk.cli._completion import complete_models
from cryptodesk.cli._errors import FAILED, WRONG_USE, explained_errors, say_error
from cryptodesk.cli._options import AsJson
from cryptodesk.cli._output import open_console

if TYPE_CHECKING:
    from cryptodesk.app.probing import ProbeReport, ProbeStep
    from cryptodesk.core.generation import ModelPrice, ModelRoute
    from cryptodesk.models._router import ModelStatus
    from cryptodesk.settings import Settings

__all__ = ["app"]

app = typer.Typer(help="List the models of the catalogue, or test one.", no_args_is_help=True)


@app.command("list")
def list_models(as_json: AsJson = False) -> None:
    """Show every model with its provider, its price, and whether it can be served. Exit code 1 if none can."""
    from cryptodesk.app.catalogue import open_models
    from cryptodesk.core.clock import SystemClock
    from cryptodesk.models._kinds import ProviderServices
    from cryptodesk.settings import load_settings

    with explained_errors():
        statuses = open_models(load_settings(), ProviderServices(SystemClock())).statuses()
    if as_json:
        typer.echo(_pretty({"models": [_as_plain(status) for status in statuses]}))
    else:
        _print_table(statuses)
    if not any(_is_served(status) for status in statuses):
        raise typer.Exit(FAILED)


@app.command("test")
def ask_model(
    model: Annotated[
        str, typer.Argument(help="A model id of `cryptodesk models list`.", autocompletion=complete_models)
    ],
    as_json: AsJson = False,
) -> None:
    """Ask a model three tiny questions: for a word, for a tool call, for JSON. They cost what they cost with its
    provider and stand in no ledger. Exit code 1 if one went wrong, 2 if the model cannot be asked."""
    from cryptodesk.core.errors import ModelNotFound
    from cryptodesk.settings import load_settings

    with explained_errors():
        try:
            report = asyncio.run(_probe(load_settings(), model))
        except ModelNotFound as error:
            say_error(error)
            raise typer.Exit(WRONG_USE) from None
    if as_json:
        typer.echo(_pretty(_report_as_plain(report)))
    else:
        _print_report(report)
    if not report.is_well:
        raise typer.Exit(FAILED)


async def _probe(settings: Settings, model: str) -> ProbeReport:
    from cryptodesk.app.desk import Desk
    from cryptodesk.app.probing import probe_model

    async with Desk(settings) as desk:
        route = desk.models.resolve_own(model)
        return await probe_model(route, desk.models.provider(route.provider))


def _is_served(status: ModelStatus) -> bool:
    return bool(status.routes) or (status.is_pattern and status.lack is None)


def _served(status: ModelStatus) -> str:
    if status.lack is None:
        return "yes"
    if status.routes:
        return f"by {status.routes[0].upstream_model}: {status.lack}"
    return f"no: {status.lack}"


def _print_table(statuses: tuple[ModelStatus, ...]) -> None:
    from rich.table import Table

    table = Table("model", "provider", "upstream model", "USD per million tokens", "served", box=None, pad_edge=False)
    for status in statuses:
        price = _price_text(status.price) if status.price else "-"
        table.add_row(status.model_id, status.entry.provider, status.entry.upstream_model, price, _served(status))
    open_console().print(table)


def _price_text(price: ModelPrice) -> str:
    """Input and output, and above which length of input they are others."""
    from cryptodesk.core.usage import decimal_text

    if not price.is_known:
        return "unknown"
    text = f"{decimal_text(price.input_usd)} in, {decimal_text(price.output_usd)} out"
    for tier in price.tiers:
        rates = f"{decimal_text(tier.input_usd)} in, {decimal_text(tier.output_usd)} out"
        text += f"; above {tier.above_input_tokens:,} tokens {rates}"
    return text


def _as_plain(status: ModelStatus) -> dict[str, Any]:
    entry = status.entry
    return {
        "id": status.model_id,
        "provider": entry.provider,
        "upstream_model": entry.upstream_model,
        "is_served": _is_served(status),
        "served_by": [f"{route.provider}:{route.upstream_model}" for route in status.routes],
        "lack": status.lack,
        "price": None if status.price is None else _price_as_plain(status.price),
        "limits": msgspec.to_builtins(entry.limits),
        "profile": msgspec.to_builtins(entry.profile),
        "fallbacks": list(entry.fallbacks),
    }


def _price_as_plain(price: ModelPrice) -> dict[str, Any]:
    """Amounts as text, every digit of them; what nobody knows is left out."""
    if not price.is_known:
        return {"version": price.version, "is_known": False}
    plain = msgspec.to_builtins(price)
    rates = {name: value for name, value in plain.items() if value is not None}
    return rates | {"is_known": True}


def _print_report(report: ProbeReport) -> None:
    typer.secho(f"{report.route.model_id}: {_route_text(report.route)}", bold=True)
    for step in report.steps:
        typer.echo(f"  {step.name:<7}{_step_text(step)}")
    typer.echo(f"  cost   {_cost_text(report)} ({report.route.price.version})")


def _route_text(route: ModelRoute) -> str:
    return f"{route.upstream_model} of provider {route.provider}"


def _step_text(step: ProbeStep) -> str:
    took = f"{step.seconds:.2f} s"
    if step.first_byte_seconds is not None:
        took = f"first byte {step.first_byte_seconds:.2f} s, {took} in all"
    if step.usage is not None:
        took += f", {step.usage.input_tokens} tokens in, {step.usage.output_tokens} out"
        took += f", {step.usage.reasoning_tokens} of reasoning" if step.usage.reasoning_tokens else ""
    return f"{'ok' if step.problem is None else step.problem} ({took})"


def _cost_text(report: ProbeReport) -> str:
    from cryptodesk.core.usage import decimal_text

    return "unknown" if report.cost_usd is None else f"${decimal_text(report.cost_usd)}"


def _report_as_plain(report: ProbeReport) -> dict[str, Any]:
    from cryptodesk.core.usage import decimal_text

    route, total = report.route, report.cost_usd
    return {
        "id": route.model_id,
        "provider": route.provider,
        "upstream_model": route.upstream_model,
        "price_version": route.price.version,
        "is_well": report.is_well,
        "cost_usd": None if total is None else decimal_text(total),
        "steps": [_step_as_plain(step) for step in report.steps],
    }


def _step_as_plain(step: ProbeStep) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.to_builtins(step)
    if step.cost_usd is not None and step.cost_usd.is_nan():
        plain["cost_usd"] = None
    return plain


def _pretty(value: Any) -> str:
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode()
