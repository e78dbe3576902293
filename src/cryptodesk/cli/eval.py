"""`cryptodesk eval`: scores a model on question sets, writes JSON and HTML, and compares with an earlier run."""

from __future__ import annotations

import asyncio
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cryptodesk.cli._errors import FAILED, WRONG_USE, explained_errors

if TYPE_CHECKING:
    from rich.console import Console

    from cryptodesk.evaluation import Harness, Outcome, Question, RunRecord, Selection
    from cryptodesk.settings import Settings

__all__ = ["evaluate_model"]

_MAX_TOKENS = 30_000
_AT_ONCE = 8
_MAX_NAMED = 40
_STDOUT = Path("-")


class _Market(StrEnum):
    snapshot = "snapshot"
    simulated = "simulated"


class _Part(StrEnum):
    dev = "dev"
    held_out = "held_out"


def evaluate_model(  # noqa: PLR0913, PLR0917 - each is an option of the command
    model: Annotated[str, typer.Option(help="Model id; no other model may stand in for it.")] = "cryptodesk-analyst",
    sets: Annotated[
        list[str] | None, typer.Option("--set", help="desk, real_users, all, a family, or a .jsonl file; may repeat.")
    ] = None,
    only: Annotated[list[str] | None, typer.Option(help="Only this family; may repeat.")] = None,
    data: Annotated[_Market | None, typer.Option(help="Only the questions on this market.")] = None,
    part: Annotated[_Part | None, typer.Option(help="Only this part.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many questions of each family.")] = None,
    concurrency: Annotated[
        int | None, typer.Option(min=1, max=64, help="Questions at once. Default: 1 where the model is free, else 8.")
    ] = None,
    json_file: Annotated[
        Path | None,
        typer.Option("--json", help="Write the whole run here; - is standard output, and all else goes beside."),
    ] = None,
    html_file: Annotated[Path | None, typer.Option("--html", help="Write a report page here.")] = None,
    gate: Annotated[Path | None, typer.Option(help="Fail if a score is lower than in this earlier run.")] = None,
    margin: Annotated[float, typer.Option(min=0, help="Points by which a score may fall.")] = 0.5,
    show_held_out: Annotated[bool, typer.Option(help="Name the held-out questions too. Never tune on them.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Spend what the bound says.")] = False,
) -> None:
    """Score a model on committed questions with deterministic graders. The analyst needs no key and no network."""
    from cryptodesk.evaluation import Selection
    from cryptodesk.settings import load_settings

    with explained_errors():
        selection = Selection(tuple(only or ()), (part.value,) if part else (), (data.value,) if data else (), limit)
        questions = _chosen(tuple(sets or ("desk",)), selection)
        harness = _prepared(load_settings(), model, questions, concurrency, yes, beside=json_file == _STDOUT)
        run = asyncio.run(_run(harness, questions))
    _write(run, json_file, html_file, show_held_out=show_held_out)
    if json_file != _STDOUT:
        _show(run, show_held_out=show_held_out)
    if gate is not None and not _passes(run, gate, margin):
        raise typer.Exit(FAILED)


def _chosen(sets: tuple[str, ...], selection: Selection) -> tuple[Question, ...]:
    from cryptodesk.evaluation import load_questions, select
    from cryptodesk.evaluation.sets import QuestionSetError

    try:
        questions = select(load_questions(sets), selection)
    except QuestionSetError as error:
        raise typer.BadParameter(str(error), param_hint="--set") from None
    if not questions:
        typer.secho("cryptodesk: no question fits the selection", err=True, fg="red")
        raise typer.Exit(WRONG_USE)
    return questions


def _prepared(
    own: Settings, model: str, questions: tuple[Question, ...], concurrency: int | None, yes: bool, *, beside: bool
) -> Harness:
    """Says what the run may cost, and stops here unless it is free or was agreed to."""
    from cryptodesk.core.usage import decimal_text
    from cryptodesk.evaluation.bound import MAX_OUTPUT_TOKENS, bound_of, is_free
    from cryptodesk.evaluation.harness import Harness, resolve_route
    from cryptodesk.evaluation.running import Allowance

    route = resolve_route(own, model)
    free = is_free(route.price)
    allowance = Allowance() if free else Allowance(_MAX_TOKENS, MAX_OUTPUT_TOKENS)
    bound = bound_of(route, questions, allowance, own.run_rounds)
    typer.echo(
        f"{bound.runs} runs of {model} at {route.price.version}: at most about ${decimal_text(bound.usd)}", err=beside
    )
    if not free and not yes:
        typer.secho("cryptodesk: add --yes to spend it", err=True, fg="red")
        raise typer.Exit(WRONG_USE)
    return Harness(own, model, concurrency or (1 if free else _AT_ONCE), allowance)


async def _run(harness: Harness, questions: tuple[Question, ...]) -> RunRecord:
    import msgspec
    from rich.console import Console
    from rich.progress import Progress

    from cryptodesk.evaluation import evaluate

    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("questions", total=len(questions))

        def advance(_: Outcome) -> None:
            progress.advance(task)

        return await evaluate(msgspec.structs.replace(harness, on_outcome=advance), questions)


def _write(run: RunRecord, json_file: Path | None, html_file: Path | None, *, show_held_out: bool) -> None:
    import msgspec

    from cryptodesk.evaluation.page import as_page

    try:
        if json_file == _STDOUT:
            typer.echo(msgspec.json.format(msgspec.json.encode(run), indent=1).decode())
        elif json_file is not None:
            json_file.write_bytes(msgspec.json.format(msgspec.json.encode(run), indent=1))
        if html_file is not None:
            html_file.write_text(as_page(run, shows_held_out=show_held_out), "utf-8")
    except OSError as error:
        typer.secho(f"cryptodesk: the report could not be written: {error}", err=True, fg="red")
        raise typer.Exit(FAILED) from None


def _show(run: RunRecord, *, show_held_out: bool) -> None:
    from rich.console import Console

    from cryptodesk.evaluation.table import coverage_table, score_table

    console = Console(highlight=False)
    console = console if console.is_terminal else Console(highlight=False, width=180)
    console.print(score_table(run))
    coverage = coverage_table(run.outcomes)
    if coverage is not None:
        console.print(coverage)
    _name_wrong(console, run, show_held_out=show_held_out)


def _name_wrong(console: Console, run: RunRecord, *, show_held_out: bool) -> None:
    from rich.text import Text

    wrong = [each for each in run.outcomes if not each.passed and (show_held_out or each.part == "dev")]
    for outcome in wrong[:_MAX_NAMED]:
        notes = [f"{name}: {note}" for name, check in outcome.checks.items() for note in check.notes]
        reason = outcome.failure or "; ".join(notes)
        console.print(Text(f"{outcome.id}  {outcome.question[:70]}  {reason[:160]}", style="dim"), soft_wrap=True)
    if len(wrong) > _MAX_NAMED:
        console.print(Text(f"… and {len(wrong) - _MAX_NAMED} more; --html shows all", style="dim"))


def _passes(run: RunRecord, gate: Path, margin: float) -> bool:
    from cryptodesk.evaluation.gate import GateError, compare, read_run

    try:
        verdict = compare(read_run(gate), run, margin)
    except GateError as error:
        typer.secho(f"cryptodesk: {error}", err=True, fg="red")
        return False
    typer.echo(f"gate: {verdict.compared} questions compared, margin {verdict.margin_points:g} points")
    for fall in verdict.falls:
        typer.secho(f"  {fall.group}: {fall.score} {fall.before_pct:.1f} -> {fall.after_pct:.1f}", fg="red")
    for question_id, graders in verdict.worse:
        typer.echo(f"  worse: {question_id} ({', '.join(graders)})")
    typer.echo("gate: passed" if verdict.passed else "gate: failed")
    return verdict.passed
