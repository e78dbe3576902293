"""Which chart belongs to what each of the analyst's skills answers; skills that are not named here have none. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, cast

from msgspec import structs

from cryptodesk.market.metrics.buckets import Granularity
from cryptodesk.models.analyst.questions import Plan
from cryptodesk.research.charting.asking import Wish, price, wish
from cryptodesk.research.charting.granularity import step_of
from cryptodesk.research.charting.specs import MARKET
from cryptodesk.research.charting.windows import last

__all__ = ["wishes_of_skill"]

_Wishes = Iterable[Wish | None]
_ETF_ASSETS = (1, 1027)
# Bars that let the usual indicators settle; the long averages need more.
_BARS, _BARS_OF_A_CROSS, _ROOM, _MOST_BARS = 150, 260, 60, 390


def wishes_of_skill(plan: Plan, now: datetime) -> _Wishes:
    find = _SKILLS.get(plan.skill)
    return () if find is None else find(plan, now)


def _slot(plan: Plan, name: str, default: Any) -> Any:
    """What the skill read for itself; the slots of each are its own."""
    return getattr(plan.slots, name, default)


def _of_market(metric: str, days: int) -> Callable[[Plan, datetime], _Wishes]:
    return lambda plan, now: [wish(metric, plan, now, days, is_of_market=True)]


def _of_assets(metric: str, days: int) -> Callable[[Plan, datetime], _Wishes]:
    return lambda plan, now: [wish(metric, plan, now, days)]


def _prices(days: int, *, is_course: bool = False) -> Callable[[Plan, datetime], _Wishes]:
    return lambda plan, now: [price(plan, now, days, is_course=is_course)]


def _several_prices(days: int) -> Callable[[Plan, datetime], _Wishes]:
    """What is of two assets at least; one alone would show nothing of it."""
    return lambda plan, now: [price(plan, now, days)] if len(plan.assets) > 1 else []


def _of_assets_or_market(metric: str, plan: Plan, now: datetime, days: int) -> Wish:
    return wish(metric, plan, now, days, is_of_market=not plan.assets)


def _technicals(plan: Plan, now: datetime) -> _Wishes:
    interval = cast(Granularity, _slot(plan, "interval", "1d"))
    needs_long = {"cross", "averages"} & set(_slot(plan, "topics", ())) or not _slot(plan, "topics", ())
    longest = max(_slot(plan, "lengths", ()), default=0)
    bars = min(max(_BARS_OF_A_CROSS if needs_long else _BARS, longest + _ROOM), _MOST_BARS)
    window = last(bars * step_of(interval), now)
    return [structs.replace(price(plan, now, 0, window=window, is_course=True), granularity=interval)]


def _dominance(plan: Plan, now: datetime) -> _Wishes:
    shares = _slot(plan, "shares", ()) or ("btc",)
    # The share of the others is what Bitcoin and Ether leave, so theirs show it.
    metrics = {"btc": ["btc_dominance"], "eth": ["eth_dominance"], "others": ["btc_dominance", "eth_dominance"]}
    names = dict.fromkeys(name for share in shares for name in metrics.get(share, ()))
    return [wish(name, plan, now, 180, is_of_market=True) for name in names]


def _stablecoins(plan: Plan, now: datetime) -> _Wishes:
    if _slot(plan, "kind", "supply") == "peg":
        return [price(plan, now, 30)] if plan.assets else []
    return [_of_assets_or_market("stablecoin_supply", plan, now, 365)]


def _derivatives(plan: Plan, now: datetime) -> _Wishes:
    focus = _slot(plan, "focus", "all")
    if _slot(plan, "is_ranking", False) or focus in {"long_short", "volume"}:
        return []
    if focus == "funding":
        return [wish("funding_rate", plan, now, 90)]
    metrics = {"open_interest": ["open_interest"], "liquidations": ["liquidations"]}.get(focus, ["open_interest"])
    wanted = [_of_assets_or_market(metric, plan, now, 90) for metric in metrics]
    return [*wanted, wish("funding_rate", plan, now, 90)] if focus == "all" and plan.assets else wanted


def _tvl(plan: Plan, now: datetime) -> _Wishes:
    chains = tuple(_slot(plan, "chains", ()))
    if not chains and _slot(plan, "tag", ""):
        return []
    named = wish("tvl", plan, now, 180)
    return [structs.replace(named, entities=(*named.entities, *chains) or (MARKET,))]


def _etfs(plan: Plan, now: datetime) -> _Wishes:
    named = wish("etf_assets", plan, now, 180)
    return [named if named.entities else structs.replace(named, entities=_ETF_ASSETS)]


def _overview(plan: Plan, now: datetime) -> _Wishes:
    focus = _slot(plan, "focus", "all")
    metric = {"all": "total_market_cap", "size": "total_market_cap", "volume": "total_volume"}.get(focus)
    return [] if metric is None else [wish(metric, plan, now, 90, is_of_market=True)]


def _why_moved(plan: Plan, now: datetime) -> _Wishes:
    if _slot(plan, "is_market", False) or not plan.assets:
        return [wish("total_market_cap", plan, now, 30, is_of_market=True)]
    return [price(plan, now, 7, is_course=True)]


def _onchain(plan: Plan, now: datetime) -> _Wishes:
    ids = tuple(one for one in _slot(plan, "ids", ()) if ":" in str(one))
    if _slot(plan, "focus", "price") != "price" or not ids:
        return []
    return [structs.replace(price(plan, now, 30), entities=ids)]


_SKILLS: dict[str, Callable[[Plan, datetime], _Wishes]] = {
    "altcoin_season": _of_market("altcoin_season", 180),
    "category_compare": _several_prices(30),
    "correlation": _several_prices(90),
    "dca": _prices(365),
    "derivatives": _derivatives,
    "dominance": _dominance,
    "drawdown": _of_assets("drawdown", 365),
    "etf_flows": _etfs,
    "fear_greed": _of_market("fear_greed", 90),
    "market_overview": _overview,
    "market_technicals": _of_market("total_market_cap", 200),
    "onchain_token": _onchain,
    "outlook": _prices(90, is_course=True),
    "ratios": _several_prices(180),
    "record_close": _prices(365, is_course=True),
    "price_level": _prices(365, is_course=True),
    "best_stretch": _prices(365, is_course=True),
    "stablecoins": _stablecoins,
    "supply": _of_assets("circulating_supply", 365),
    "technicals": _technicals,
    "tvl": _tvl,
    "volatility": _of_assets("volatility", 180),
    "why_moved": _why_moved,
}
