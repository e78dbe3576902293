"""Options that several commands share, and how their values are read."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Annotated

import typer

from cryptodesk.cli._completion import complete_models
from cryptodesk.cli._errors import WRONG_USE
from cryptodesk.core.clock import Clock, SystemClock

__all__ = [
    "AsJson",
    "AsOf",
    "Data",
    "DataOption",
    "ModelOption",
    "ServerOption",
    "Verbosity",
    "VerbosityOption",
    "parse_as_of",
    "read_question",
]

_MOST_CHARACTERS = 200_000


class Data(StrEnum):
    """Where market data come from."""

    auto = "auto"
    live = "live"
    snapshot = "snapshot"
    simulated = "simulated"


class Verbosity(StrEnum):
    """How much an answer says."""

    succinct = "succinct"
    balanced = "balanced"
    verbose = "verbose"


DataOption = Annotated[
    Data | None, typer.Option(help="Where market data come from; the setting `data` when left out.", show_default=False)
]
AsOf = Annotated[
    str | None,
    typer.Option(help="Answer as of this moment: YYYY-MM-DD (its end), or an ISO 8601 date and time, UTC by default."),
]
ModelOption = Annotated[
    str | None,
    typer.Option(help="Model id; the setting `default_model` when left out.", autocompletion=complete_models),
]
VerbosityOption = Annotated[Verbosity | None, typer.Option(help="How much the answer says.", show_default=False)]
ServerOption = Annotated[
    str | None,
    typer.Option(help="Ask this running server (with the key in CRYPTODESK_KEY) instead of a desk in this process."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


def parse_as_of(text: str | None, clock: Clock | None = None) -> datetime | None:
    """Today is as of now. Raises: typer.BadParameter for a text that is no moment, or one that has not come."""
    if text is None:
        return None
    moment, now = _moment(text.strip()), (clock or SystemClock()).now()
    if moment > max(now, now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)):
        raise typer.BadParameter(f"{text!r} has not come yet", param_hint="--as-of")
    return min(moment, now)


def _moment(text: str) -> datetime:
    try:
        if len(text) == len("2026-01-31"):
            return datetime.combine(date.fromisoformat(text), time.min, UTC) + timedelta(days=1)
        moment = datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        raise typer.BadParameter(
            f"expected YYYY-MM-DD or an ISO 8601 date and time, got {text!r}", param_hint="--as-of"
        ) from None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def read_question(words: list[str]) -> str:
    """The words of a command line as one question; `-` alone stands for standard input.

    Raises: typer.Exit where nothing is asked."""
    text = sys.stdin.read(_MOST_CHARACTERS) if words == ["-"] else " ".join(words)
    if text.strip():
        return text.strip()
    typer.secho("cryptodesk: the question is empty", err=True, fg="red")
    raise typer.Exit(WRONG_USE)
