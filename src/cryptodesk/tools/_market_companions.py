"""What belongs to listed things beside their own row: pools, holders, reserves, a category's coins, past bars."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from cryptodesk.market.query import AssetId, Found
from cryptodesk.market.records import (
    Asset,
    CategoryListing,
    CoinListing,
    ExchangeListing,
    ExchangeReserves,
    Holders,
    TokenPools,
)
from cryptodesk.tools._listed_names import Listed, ListedClass
from cryptodesk.tools._market_candles import currency_of
from cryptodesk.tools._market_past import HistoryRequest, MakeHistory, load_histories
from cryptodesk.tools._market_result import MarketRequest
from cryptodesk.tools._tool import ToolContext

__all__ = ["MOST_TOP_COINS", "Companions", "load_companions"]

MOST_TOP_COINS = 5


class Companions(Struct, frozen=True):
    """By the text of the id they belong to; `coins` and `identities` by coin id. `found` are the answers behind them,
    each under the field it is shown in."""

    pools: dict[str, TokenPools] = {}
    holders: dict[str, Holders] = {}
    reserves: dict[str, ExchangeReserves] = {}
    coins: dict[int, CoinListing] = {}
    identities: dict[int, Asset] = {}
    histories: dict[str, MakeHistory] = {}
    found: tuple[tuple[str, Found[Any]], ...] = ()
    ids: tuple[AssetId, ...] = ()


async def load_companions(
    asset_class: ListedClass, records: Sequence[Listed], request: MarketRequest, context: ToolContext
) -> Companions:
    if asset_class == "onchain_token":
        return await _of_tokens([str(record.asset_id) for record in records], request, context)
    if asset_class == "exchange":
        ids = [record.asset_id for record in records if isinstance(record, ExchangeListing)]
        reserves = await context.find(ExchangeReserves, ids)
        return Companions(
            reserves={str(one.exchange_id): one for one in reserves.records},
            found=(("reserves_usd", reserves),),
            ids=tuple(ids),
        )
    if asset_class == "category":
        return await _of_categories([record for record in records if isinstance(record, CategoryListing)], context)
    return Companions()


async def _of_tokens(ids: Sequence[str], request: MarketRequest, context: ToolContext) -> Companions:
    pools: Found[TokenPools] = Found()
    holders: Found[Holders] = Found()
    if {"liquidity", "market_pairs"} & set(request.metrics):
        pools = await context.find(TokenPools, ids)
    if "holders" in request.metrics:
        holders = await context.find(Holders, ids)
    histories: dict[str, MakeHistory] = {}
    past: tuple[Found[Any], ...] = ()
    if request.history is not None:
        currency = currency_of(request.quote_currency, context)
        asked = HistoryRequest(request.history, request.span, currency, has_days=False)
        loaded = await load_histories(ids, {}, asked, context)
        histories, past = loaded.makers, loaded.found
    return Companions(
        pools={str(one.asset_id): one for one in pools.records},
        holders={str(one.asset_id): one for one in holders.records},
        histories=histories,
        found=(("pools", pools), ("holders", holders), *(("history", one) for one in past)),
        ids=tuple(ids),
    )


async def _of_categories(records: Sequence[CategoryListing], context: ToolContext) -> Companions:
    ids = list(dict.fromkeys(one for record in records for one in record.top_coin_ids[:MOST_TOP_COINS]))
    coins = await context.find(CoinListing, ids) if ids else Found[CoinListing]()
    known = {one: context.services.assets.by_id(one) for one in ids}
    return Companions(
        coins={one.asset_id: one for one in coins.records},
        identities={one: asset for one, asset in known.items() if asset is not None},
        found=(("top_coins", coins),),
        ids=tuple(ids),
    )
