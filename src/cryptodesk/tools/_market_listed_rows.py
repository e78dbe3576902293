"""One row a token, an exchange, a category or an NFT collection, with the fields of its class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cryptodesk.market.records import CategoryListing, ExchangeListing, NftListing, TokenListing, TokenPools
from cryptodesk.tools._envelope import Gap, Origin, origin_of
from cryptodesk.tools._listed_names import Listed
from cryptodesk.tools._market_companions import MOST_TOP_COINS, Companions
from cryptodesk.tools._market_history import History
from cryptodesk.tools._market_holders import holder_values
from cryptodesk.tools._market_past import MakeHistory
from cryptodesk.tools._market_quote import AssetValues, join_values
from cryptodesk.tools._market_result import AssetRow, MarketRequest, SourceNote
from cryptodesk.tools._text import NAME_LIMIT, SYMBOL_LIMIT, clean

__all__ = ["listed_row"]

_MOST_POOLS = 5
_NOT_GIVEN = "the source does not give it"

_Groups = Mapping[str, tuple[str, ...]]

_TOKEN: _Groups = {
    "price": ("price",),
    "market_cap": ("market_cap", "fdv"),
    "volume": ("volume_24h", "buys_24h", "sells_24h", "unique_buyers_24h", "unique_sellers_24h"),
    "returns": ("percent_change_1h", "percent_change_24h", "percent_change_7d"),
    "liquidity": ("liquidity",),
    "holders": ("holders", "top_holders_pct", "developer_pct"),
}
# Rows of these classes are short: they are given whole. The groups tell which metrics they answer.
_EXCHANGE: _Groups = {
    "volume": ("spot_volume_24h", "derivative_volume_24h"),
    "derivatives": ("open_interest",),
    "returns": tuple(f"percent_change_volume_{span}" for span in ("24h", "7d", "30d")),
    "liquidity": ("effective_liquidity_24h", "liquidity_score", "exchange_score"),
    "market_pairs": ("rank", "num_market_pairs", "num_coins"),
}
_CATEGORY: _Groups = {
    "market_cap": ("market_cap", "market_cap_change"),
    "volume": ("volume", "volume_change"),
    "returns": ("avg_price_change",),
    "supply": ("num_tokens",),
}
_NFT: _Groups = {
    "price": ("floor_price", "floor_price_native"),
    "market_cap": ("market_cap",),
    "volume": ("volume_24h",),
    "returns": ("percent_change_24h",),
    "holders": ("owners",),
    "supply": ("total_supply",),
}
_GROUPS: dict[type[Any], _Groups] = {
    TokenListing: _TOKEN,
    ExchangeListing: _EXCHANGE,
    CategoryListing: _CATEGORY,
    NftListing: _NFT,
}
_NOUNS: dict[type[Any], str] = {
    TokenListing: "onchain tokens",
    ExchangeListing: "exchanges",
    CategoryListing: "categories",
    NftListing: "NFT collections",
}
_OPTIONAL = frozenset({"top_holders_pct", "developer_pct", "floor_price_native"})
# What is asked for where nobody chose: that a class has no such metric needs no saying.
_USUAL = frozenset({"price", "market_cap", "volume", "returns"})


def listed_row(record: Listed, given: str | None, request: MarketRequest, companions: Companions) -> AssetRow:
    own = _own_values(record, request.metrics)
    extra = _extra_values(record, request.metrics, companions)
    values = join_values((own, *extra))
    known = [gap for gap in values.gaps if gap.field not in values.fields]
    provenance = record.provenance
    notes = (SourceNote(provenance.source, provenance.note),) if provenance.note else ()
    return AssetRow(
        record.asset_id,
        clean(record.name, NAME_LIMIT),
        _identity(record, given),
        AssetValues(values.fields, values.origins, known),
        provenance.as_of,
        notes,
        _history(record, request, companions),
    )


def _own_values(record: Listed, metrics: Sequence[str]) -> AssetValues:
    groups = _GROUPS[type(record)]
    wanted = [metric for metric in metrics if metric in groups] if isinstance(record, TokenListing) else list(groups)
    fields = [field for metric in wanted for field in groups[metric]]
    known = {field: value for field in fields if (value := getattr(record, field)) is not None}
    gaps = [
        Gap(field, _NOT_GIVEN, record.asset_id) for field in fields if field not in known and field not in _OPTIONAL
    ]
    gaps += [
        Gap(metric, f"{_NOUNS[type(record)]} have no such figures here", record.asset_id)
        for metric in metrics
        if metric not in groups and metric not in _USUAL and metric != "market_pairs"
    ]
    return AssetValues(known, [origin_of(known, record.provenance)] if known else [], gaps)


def _extra_values(record: Listed, metrics: Sequence[str], companions: Companions) -> list[AssetValues]:
    if isinstance(record, TokenListing):
        return _token_extras(record, metrics, companions)
    if isinstance(record, ExchangeListing):
        return [_reserves(record, companions)]
    if isinstance(record, CategoryListing):
        return [_top_coins(record, companions)]
    return [_no_pairs(record, metrics)]


def _token_extras(record: TokenListing, metrics: Sequence[str], companions: Companions) -> list[AssetValues]:
    parts = []
    if {"liquidity", "market_pairs"} & set(metrics):
        parts.append(_pools(record, companions.pools.get(record.asset_id)))
    if "holders" in metrics:
        held = companions.holders.get(record.asset_id)
        if held is not None:
            values = holder_values(record.asset_id, held)
            if record.holders is not None:
                # The listing's own count stands in the row already, and is of another moment.
                values = _without(values, "holders")
            parts.append(values)
    return parts


def _without(values: AssetValues, field: str) -> AssetValues:
    fields = {name: value for name, value in values.fields.items() if name != field}
    origins = [origin for origin in (_bare(origin, field) for origin in values.origins) if origin.fields]
    return AssetValues(fields, origins, values.gaps)


def _bare(origin: Origin, field: str) -> Origin:
    names = tuple(name for name in origin.fields if name != field)
    return Origin(names, origin.source, origin.mode, origin.as_of, origin.note, origin.asset_ids)


def _pools(record: TokenListing, known: TokenPools | None) -> AssetValues:
    if known is None or not known.pools:
        return AssetValues(gaps=[Gap("pools", "no source of this token's pools is at hand", record.asset_id)])
    pools = [
        {
            "exchange": clean(pool.exchange, 40),
            "pair": clean(pool.pair, 40),
            "address": clean(pool.address, 100),
            **_known(price=pool.price_usd, liquidity=pool.liquidity_usd, volume_24h=pool.volume_24h_usd),
        }
        for pool in known.pools[:_MOST_POOLS]
    ]
    note = f"the deepest {len(pools)} of {len(known.pools)} pools, in US dollars"
    return AssetValues({"pools": pools}, [origin_of(["pools"], known.provenance, note)])


def _known(**values: float | None) -> dict[str, float]:
    return {name: value for name, value in values.items() if value is not None}


def _reserves(record: ExchangeListing, companions: Companions) -> AssetValues:
    known = companions.reserves.get(str(record.asset_id))
    total = None if known is None else known.total_usd
    listed = record.reserves_usd
    if (
        known is not None
        and total is not None
        and (listed is None or known.provenance.as_of >= record.provenance.as_of)
    ):
        note = "what the wallets made known hold, not a proof of reserves"
        return AssetValues({"reserves_usd": total}, [origin_of(["reserves_usd"], known.provenance, note)])
    if listed is not None:
        return AssetValues({"reserves_usd": listed}, [origin_of(["reserves_usd"], record.provenance)])
    return AssetValues(
        gaps=[Gap("reserves_usd", "it has made no wallets known to the sources at hand", record.asset_id)]
    )


def _top_coins(record: CategoryListing, companions: Companions) -> AssetValues:
    ids = record.top_coin_ids[:MOST_TOP_COINS]
    if not ids:
        return AssetValues(gaps=[Gap("top_coins", _NOT_GIVEN, record.asset_id)])
    coins = [_top_coin(one, companions) for one in ids]
    note = "the largest by market cap, as the category lists them; their figures are of the coins' own listings"
    return AssetValues({"top_coins": coins}, [origin_of(["top_coins"], record.provenance, note)])


def _top_coin(asset_id: int, companions: Companions) -> dict[str, Any]:
    listing, asset = companions.coins.get(asset_id), companions.identities.get(asset_id)
    named = asset or listing
    identity = {"name": clean(named.name, NAME_LIMIT), "symbol": clean(named.symbol, SYMBOL_LIMIT)} if named else {}
    if listing is None:
        return {"asset_id": asset_id, **identity}
    figures = _known(price=listing.price, market_cap=listing.market_cap, percent_change_24h=listing.percent_change_24h)
    return {"asset_id": asset_id, **identity, **figures}


def _no_pairs(record: Listed, metrics: Sequence[str]) -> AssetValues:
    if "market_pairs" not in metrics:
        return AssetValues()
    return AssetValues(gaps=[Gap("market_pairs", f"{_NOUNS[type(record)]} have no such figures here", record.asset_id)])


def _identity(record: Listed, given: str | None) -> dict[str, Any]:
    identity: dict[str, Any] = {"asset_id": record.asset_id, "name": clean(record.name, NAME_LIMIT)}
    if isinstance(record, TokenListing):
        identity |= {"symbol": clean(record.symbol, SYMBOL_LIMIT), "platform": record.platform}
        identity |= {"address": record.address, "coin_asset_id": record.coin_asset_id}
    elif isinstance(record, ExchangeListing):
        identity |= {"slug": clean(record.slug, NAME_LIMIT), "kind": record.kind}
        identity |= {} if record.is_active else {"is_active": False}
    elif isinstance(record, CategoryListing):
        identity |= {"title": clean(record.title, NAME_LIMIT)}
    else:
        identity |= {"slug": clean(record.slug, NAME_LIMIT), "platform": record.platform}
        identity |= {"native_currency": record.native_currency}
    identity |= {} if given is None else {"resolved_from": clean(given, NAME_LIMIT)}
    return {name: value for name, value in identity.items() if value is not None}


def _history(record: Listed, request: MarketRequest, companions: Companions) -> MakeHistory | None:
    if request.history is None:
        return None
    if isinstance(record, TokenListing):
        return companions.histories.get(record.asset_id)
    reason = f"no history of {_NOUNS[type(record)]} is at hand"
    return lambda most_rows: History(gap=reason)
