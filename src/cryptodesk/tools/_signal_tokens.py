"""Lists of onchain tokens, drawn from the list of all: what is traded, moves, is new, or is bought."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec import UNSET, Struct

from cryptodesk.market.query import Found
from cryptodesk.market.records import TokenListing, TokenSecurity
from cryptodesk.tools._envelope import Gap, failed_sources
from cryptodesk.tools._signal_request import (
    Floor,
    SignalList,
    SignalListArguments,
    TimePeriod,
    above,
    explicit_floors,
    is_on,
    said,
)
from cryptodesk.tools._text import NAME_LIMIT, SYMBOL_LIMIT, clean
from cryptodesk.tools._token_ids import platform_slug
from cryptodesk.tools._tool import ToolContext

__all__ = ["is_risky", "token_list"]

_FLOORS: dict[str, tuple[Floor, ...]] = {
    "onchain_trending": (Floor("liquidity", 10_000.0),),
    "onchain_gainers": (Floor("volume_24h", 10_000.0), Floor("liquidity", 10_000.0)),
    "onchain_losers": (Floor("volume_24h", 10_000.0), Floor("liquidity", 10_000.0)),
    "onchain_new": (),
    "onchain_buy_signals": (Floor("liquidity", 50_000.0),),
}
_LEAST_BUYS_A_SELL = 1.5
# Many buys and hardly a sell is what a token looks like that cannot be sold.
_LEAST_SELLS = 10
# Security checks cost a request each, and a source takes so many in one question.
_MOST_CHECKED = 20
_CHECKED_AT_ONCE = 5
_LONGEST_ID = 160
_FATAL_STATUSES = ("honeypot", "rug_pull", "fake_token")
_FATAL_CODES = frozenset({
    "honeypot", "is_honeypot", "cannot_sell_all", "cannot_buy", "fake_token", "rug_pull", "is_airdrop_scam",
    "hidden_owner", "owner_change_balance", "balance_mutable_authority", "selfdestruct", "non_transferable",
    "honeypot_with_same_creator", "can_take_back_ownership",
})  # fmt: skip
_HIGH_TAX_PCT = 10.0


class _Picked(Struct, frozen=True):
    tokens: Sequence[TokenListing]
    considered: int
    rule: str
    gaps: tuple[Gap, ...] = ()


async def token_list(arguments: SignalListArguments, context: ToolContext) -> SignalList:
    period, gaps = _period(arguments)
    asked = None if arguments.platform is UNSET else platform_slug(arguments.platform) or None
    found = await context.find(TokenListing, platform=asked)
    gaps += failed_sources(("items", found))
    if not found.records:
        where = f" on {clean(asked, 40)}" if asked else ""
        gaps.insert(0, Gap("items", f"no list of onchain tokens{where} is at hand"))
    if arguments.category_id is not UNSET:
        gaps.append(Gap("category_id", "onchain tokens are not sorted into categories"))
    floors = _floors(arguments)
    wanted = [token for token in found.records if is_on(token.platform, arguments)]
    passed = await asyncio.to_thread(above, wanted, floors)
    picked = await _PICKERS[arguments.list_name](passed.records, (arguments, period, said(passed.applied)), context)
    return SignalList(
        items=[_item(place, token, period, context) for place, token in enumerate(picked.tokens, 1)],
        rule=picked.rule,
        time_period=period,
        considered=picked.considered,
        records=tuple(picked.tokens),
        gaps=(*gaps, *passed.gaps, *picked.gaps),
    )


_Ask = tuple[SignalListArguments, TimePeriod, str]


def _period(arguments: SignalListArguments) -> tuple[TimePeriod, list[Gap]]:
    if arguments.time_period != "30d":
        return arguments.time_period, []
    return "24h", [Gap("time_period", "changes of onchain tokens are known over 1h, 24h and 7d: 24h was used")]


def _floors(arguments: SignalListArguments) -> list[Floor]:
    asked = explicit_floors(arguments, "market_cap", "volume_24h", "liquidity")
    return [
        *asked,
        *(floor for floor in _FLOORS[arguments.list_name] if floor.field not in {one.field for one in asked}),
    ]


async def _trending(tokens: Sequence[TokenListing], ask: _Ask, context: ToolContext) -> _Picked:
    arguments, _, condition = ask

    def pick() -> tuple[list[TokenListing], bool]:
        traded = [token for token in tokens if token.volume_24h]
        has_buyers = any(token.unique_buyers_24h is not None for token in traded)
        by_volume = _places(traded, lambda token: token.volume_24h or 0.0)
        by_buyers = _places(traded, lambda token: float(token.unique_buyers_24h or 0)) if has_buyers else by_volume
        order = sorted(range(len(traded)), key=lambda at: (by_volume[at] + by_buyers[at], by_volume[at]))
        return [traded[at] for at in order[: arguments.limit]], has_buyers

    chosen, has_buyers = await asyncio.to_thread(pick)
    how = "the mean of their places by volume_24h and by unique buyers" if has_buyers else "volume_24h"
    gaps = () if has_buyers or not tokens else (Gap("unique_buyers", "not known: the order is by volume alone"),)
    return _Picked(chosen, len(tokens), f"tokens{condition}, by {how}", gaps)


async def _moved(tokens: Sequence[TokenListing], ask: _Ask, context: ToolContext) -> _Picked:
    arguments, period, condition = ask
    field, is_gain = f"percent_change_{period}", arguments.list_name == "onchain_gainers"

    def pick() -> list[TokenListing]:
        moved = [token for token in tokens if (change := getattr(token, field)) and (change > 0) == is_gain]
        first = heapq.nlargest if is_gain else heapq.nsmallest
        return first(arguments.limit, moved, key=lambda token: getattr(token, field))

    order = "highest" if is_gain else "lowest"
    return _Picked(await asyncio.to_thread(pick), len(tokens), f"tokens{condition}, {order} {field} first")


async def _new(tokens: Sequence[TokenListing], ask: _Ask, context: ToolContext) -> _Picked:
    arguments, _, condition = ask

    def pick() -> tuple[list[TokenListing], int]:
        dated = [
            token for token in tokens if token.first_priced_at is not None and token.first_priced_at <= context.now
        ]
        return heapq.nlargest(arguments.limit, dated, key=_first_priced_at), len(dated)

    chosen, dated = await asyncio.to_thread(pick)
    gaps = () if dated or not tokens else (Gap("age_minutes", "no token at hand has a first price on record"),)
    rule = f"tokens{condition}, by the time of their first price, the latest first"
    return _Picked(chosen, dated, rule, gaps)


async def _bought(tokens: Sequence[TokenListing], ask: _Ask, context: ToolContext) -> _Picked:
    arguments, _, condition = ask
    candidates = await asyncio.to_thread(_candidates, tokens)
    checked = candidates[:_MOST_CHECKED]
    security, gaps = await _security(checked, context)
    clear = [token for token in checked if token.asset_id in security and not is_risky(token, security[token.asset_id])]
    unchecked = sum(token.asset_id not in security for token in checked)
    if unchecked:
        reason = f"no security check of {unchecked} of {len(checked)} candidates is at hand: they were left out"
        gaps.append(Gap("security", reason))
    rule = (
        f"tokens{condition}, more than {_LEAST_BUYS_A_SELL} buys a sell and at least {_LEAST_SELLS} sells in 24 "
        f"hours, more unique buyers than sellers where both are known, and a security check without a severe finding "
        f"or a tax above {_HIGH_TAX_PCT:g}%; by the source's signal count, then by buys a sell. Of {len(candidates)} "
        f"candidates the first {len(checked)} were checked. A check is no guarantee"
    )
    return _Picked(clear[: arguments.limit], len(tokens), rule, tuple(gaps))


_PICKERS = {
    "onchain_trending": _trending,
    "onchain_gainers": _moved,
    "onchain_losers": _moved,
    "onchain_new": _new,
    "onchain_buy_signals": _bought,
}


def _candidates(tokens: Sequence[TokenListing]) -> list[TokenListing]:
    def is_bought(token: TokenListing) -> bool:
        buys, sells = token.buys_24h, token.sells_24h
        if buys is None or sells is None or sells < _LEAST_SELLS or buys <= _LEAST_BUYS_A_SELL * sells:
            return False
        buyers, sellers = token.unique_buyers_24h, token.unique_sellers_24h
        return buyers is None or sellers is None or buyers > sellers

    def strength(token: TokenListing) -> tuple[int, float]:
        return token.push_count or 0, (token.buys_24h or 0) / (token.sells_24h or 1)

    return sorted(filter(is_bought, tokens), key=strength, reverse=True)


async def _security(tokens: Sequence[TokenListing], context: ToolContext) -> tuple[dict[str, TokenSecurity], list[Gap]]:
    ids = [token.asset_id for token in tokens]
    chunks = [ids[at : at + _CHECKED_AT_ONCE] for at in range(0, len(ids), _CHECKED_AT_ONCE)]
    parts: list[Found[TokenSecurity]] = await asyncio.gather(*(context.find(TokenSecurity, chunk) for chunk in chunks))
    checks = {check.asset_id: check for part in parts for check in part.records}
    return checks, failed_sources(*(("security", part) for part in parts))


def is_risky(token: TokenListing, check: TokenSecurity) -> bool:
    """Whether a check found what makes a token unfit to be named as bought."""
    words = (check.level, token.security_level)
    if any(word is not None and word.casefold() in {"high", "honeypot", "danger", "critical"} for word in words):
        return True
    if check.is_flagged_by_vendor or check.is_reported:
        return True
    statuses = [(check.statuses.get(subject) or "").casefold() for subject in _FATAL_STATUSES]
    if any(status in {"yes", "detected", "true", "1", "hit"} for status in statuses):
        return True
    if any(tax is not None and tax > _HIGH_TAX_PCT for tax in (check.buy_tax_pct, check.sell_tax_pct)):
        return True
    return any(item.is_hit and (item.code in _FATAL_CODES or item.risk_level == "high") for item in check.items)


def _first_priced_at(token: TokenListing) -> datetime:
    return token.first_priced_at or datetime.min.replace(tzinfo=UTC)


def _places(tokens: Sequence[TokenListing], key: Callable[[TokenListing], float]) -> list[int]:
    """The place of each token by falling key."""
    places = [0] * len(tokens)
    for place, at in enumerate(sorted(range(len(tokens)), key=lambda at: -key(tokens[at]))):
        places[at] = place
    return places


def _item(position: int, token: TokenListing, period: TimePeriod, context: ToolContext) -> dict[str, Any]:
    first = token.first_priced_at
    return {
        "position": position,
        "asset_id": clean(token.asset_id, _LONGEST_ID),
        "name": clean(token.name, NAME_LIMIT),
        "symbol": clean(token.symbol, SYMBOL_LIMIT),
        "platform": token.platform,
        "price": token.price,
        "percent_change": getattr(token, f"percent_change_{period}"),
        "volume_24h": token.volume_24h,
        "liquidity": token.liquidity,
        "holders": token.holders,
        "buys": token.buys_24h,
        "sells": token.sells_24h,
        "unique_buyers": token.unique_buyers_24h,
        "age_minutes": None if first is None or first > context.now else (context.now - first) // timedelta(minutes=1),
        "signal": _signal(token),
    }


def _signal(token: TokenListing) -> dict[str, Any] | None:
    if token.push_count is None and token.max_gain_multiple is None:
        return None
    return {"push_count": token.push_count, "max_gain_multiple": token.max_gain_multiple}
