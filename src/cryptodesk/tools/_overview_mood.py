"""How the market feels, and whether altcoins or Bitcoin lead."""

from __future__ import annotations

import asyncio
from typing import Any

from cryptodesk.market.records import AltcoinSeason, FearGreed
from cryptodesk.tools._overview_part import Builder, Overview, Section
from cryptodesk.tools._overview_past import load_past, put_past
from cryptodesk.tools._text import clean

__all__ = ["rotation", "sentiment"]

_NO_INDEX = "no source of the index is at hand"
# The limits of CoinMarketCap's index: below each the label before it.
_LABELS = ((20, "Extreme fear"), (40, "Fear"), (60, "Neutral"), (80, "Greed"))
_ALTCOIN_SEASON, _BITCOIN_SEASON = 75, 25
_SCALE = 100


async def sentiment(overview: Overview) -> Section:
    """Fear and greed, 0 to 100; of the whole market before one of Bitcoin alone."""
    builder = Builder("sentiment")
    found = await overview.find(FearGreed)
    builder.failures(found)
    row = min(found.records, key=lambda one: one.scope != "market", default=None)
    if row is None or not 0 <= row.index <= _SCALE:
        return builder.build(_NO_INDEX)
    past = await load_past(overview, "fear_greed", entity=row.scope)
    builder.failures(*past.found)
    note = "of Bitcoin alone" if row.scope == "bitcoin" else None
    builder.put("fear_greed.current", {"value": clean(row.label), "index": row.index}, row.provenance, note)
    builder.put("fear_greed.scope", row.scope, None)
    put_past(builder, "fear_greed.", past, row.index, overview, _mood)
    return builder.build(_NO_INDEX)


async def rotation(overview: Overview) -> Section:
    builder = Builder("rotation")
    found, past = await asyncio.gather(overview.find(AltcoinSeason), load_past(overview, "altcoin_season"))
    builder.failures(found, *past.found)
    row = min(found.records, key=lambda one: abs(one.window_days - 90), default=None)
    if row is None or not 0 <= row.index <= _SCALE:
        return builder.build(_NO_INDEX)
    note = f"percent of large altcoins that beat Bitcoin over {row.window_days} days"
    builder.put("altcoin_season.current", _season(row.index), row.provenance, note)
    put_past(builder, "altcoin_season.", past, row.index, overview, _season)
    return builder.build(_NO_INDEX)


def _mood(index: float) -> dict[str, Any]:
    label = next((label for below, label in _LABELS if index < below), "Extreme greed")
    return {"value": label, "index": round(index)}


def _season(index: float) -> dict[str, Any]:
    label = "Neither season"
    if index > _ALTCOIN_SEASON:
        label = "Altcoin season"
    elif index < _BITCOIN_SEASON:
        label = "Bitcoin season"
    return {"value": label, "index": round(index)}
