"""What funds hold, and the market's own indices."""

from __future__ import annotations

import asyncio

from cryptodesk.market.issuance import BITCOIN_ASSET_ID
from cryptodesk.market.records import EtfAssets, IndexValue
from cryptodesk.tools._overview_part import Builder, Overview, Section
from cryptodesk.tools._overview_past import load_past, put_history

__all__ = ["indices", "trad_fi_flows"]

_COINS = {"btc": BITCOIN_ASSET_ID, "eth": 1027}
_INDICES = ("cmc20", "cmc100")
_NO_FUNDS = "no open source of what funds hold is at hand"


async def trad_fi_flows(overview: Overview) -> Section:
    """Assets of exchange-traded funds and the last trading day's flow, in US dollars."""
    builder = Builder("trad_fi_flows")
    ids = tuple(_COINS.values())
    found, pasts = await asyncio.gather(
        overview.find(EtfAssets, ids),
        asyncio.gather(*(load_past(overview, "etf_assets", (asset_id,)) for asset_id in ids)),
    )
    builder.failures(found)
    rows = {row.asset_id: row for row in found.records}
    for (name, asset_id), past in zip(_COINS.items(), pasts, strict=True):
        row = rows.get(asset_id)
        if row is None or row.assets_usd is None:
            builder.miss(f"etf_aum.{name}", _NO_FUNDS)
            continue
        builder.put(f"etf_aum.{name}.current", row.assets_usd, row.provenance)
        put_history(builder, f"etf_aum.{name}.", past, overview)
        builder.put(f"etf_net_flow.{name}", row.net_flow_usd, row.provenance)
    return builder.build(_NO_FUNDS)


async def indices(overview: Overview) -> Section:
    builder = Builder("indices")
    found = await overview.find(IndexValue, _INDICES)
    builder.failures(found)
    rows = {row.name.lower(): row for row in found.records}
    for name in _INDICES:
        row = rows.get(name)
        if row is None or row.value is None:
            builder.miss(name, "no source of the index is at hand")
            continue
        builder.put(f"{name}.value", row.value, row.provenance)
        builder.put_or_miss(f"{name}.percent_change_24h", row.percent_change_24h, None, "the source does not give it")
    return builder.build("no source of market indices is at hand")
