"""Options that several commands share, and how their values are read."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Annotated

import typer

__all__ = ["AsOf", "Data", "DataOption", "parse_as_of"]


class Data(StrEnum):
    """Where market data come from."""

    auto = "auto"
    live = "live"
    snapshot = "snapshot"
    simulated = "simulated"


DataOption = Annotated[
    Data | None, typer.Option(help="Where market data come from; the setting `data` when left out.", show_default=False)
]
AsOf = Annotated[
    str | None,
    typer.Option(help="Answer as of this moment: YYYY-MM-DD (its end), or an ISO 8601 date and time, UTC by default."),
]


def parse_as_of(text: str | None) -> datetime | None:
    """Raises: typer.BadParameter for a text that is no moment."""
    if text is None:
        return None
    try:
        if len(text.strip()) == len("2026-01-31"):
            return datetime.combine(date.fromisoformat(text.strip()), time.min, UTC) + timedelta(days=1)
        moment = datetime.fromisoformat(text.strip())
    except (ValueError, OverflowError):
        raise typer.BadParameter(
            f"expected YYYY-MM-DD or an ISO 8601 date and time, got {text!r}", param_hint="--as-of"
        ) from None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
