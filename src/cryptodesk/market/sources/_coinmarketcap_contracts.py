"""What CoinMarketCap's DEX routes tell of one contract: its pools, its checks, its holders."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cryptodesk.market.query import Query
from cryptodesk.market.records import Holders, Pool, SecurityItem, TokenPools, TokenSecurity
from cryptodesk.market.sources._coinmarketcap_access import Access, Ask, Page
from cryptodesk.market.sources._coinmarketcap_tokens import Token, asked_tokens
from cryptodesk.market.sources._coinmarketcap_values import flag, moment, number, row_of, text, unsigned, whole
from cryptodesk.market.sources._source import Crosswalk, Route, SourceContext

__all__ = ["contract_routes"]

_POOLS = 20
_LONGEST_ID = 12
_MOST_ITEMS = 100
_MOST_COUNTED = 6
_VENDOR_NOTE = "a vendor's automatic checks, not a guarantee"
_CHECKS = ("securityLevel", "extra", "securityItems", "evmDisplay", "solanaDisplay")
_STATUSES = {
    "honeypotStatus": "honeypot",
    "mintableStatus": "mintable",
    "freezableStatus": "freezable",
    "rugPullStatus": "rug_pull",
    "fakeTokenStatus": "fake_token",
    "unverifiedContractStatus": "unverified_contract",
}


def contract_routes(access: Access) -> tuple[Route, ...]:
    return (
        access.route(TokenPools, _ask_pools, _read_pools, ttl_seconds=30),
        access.route(TokenSecurity, _ask_security, _read_security, ttl_seconds=300),
        access.route(Holders, _ask_holders, _read_holders, ttl_seconds=300, keep_seconds=3600),
    )


def _ask_pools(query: Query[Any], context: SourceContext) -> list[Ask]:
    return [Ask("/v1/dex/token/pools", (*token.params, ("size", str(_POOLS)))) for token in asked_tokens(query)]


def _read_pools(pages: Sequence[Page], query: Query[Any], context: SourceContext) -> list[TokenPools]:
    found = []
    for token, page in zip(asked_tokens(query), pages, strict=True):
        pools = page.each([] if page.data is None else page.data, _read_pool)
        if pools:
            pools.sort(key=lambda pool: -(pool.liquidity_usd or 0))
            found.append(TokenPools(asset_id=token.asset_id, provenance=page.origin(), pools=tuple(pools)))
    return found


def _read_pool(row: dict[str, Any]) -> Pool | None:
    address = text(row.get("addr"))
    sides = [row.get("t0"), row.get("t1")]
    symbols = [text(side.get("sym"), 32) or "?" if isinstance(side, dict) else "?" for side in sides]
    if address is None:
        return None
    if whole(row.get("bidx")) == 1:
        symbols.reverse()
    return Pool(
        address=address,
        exchange=text(row.get("exn"), 60) or "unknown",
        pair="/".join(symbols),
        liquidity_usd=unsigned(row.get("liqUsd")),
        volume_24h_usd=unsigned(row.get("v24")),
        created_at=moment(row.get("pubAt")),
    )


def _ask_security(query: Query[Any], context: SourceContext) -> list[Ask]:
    return [
        Ask("/v1/dex/security/detail", (("platformName", token.platform), ("address", token.address)))
        for token in asked_tokens(query)
    ]


def _read_security(pages: Sequence[Page], query: Query[Any], context: SourceContext) -> list[TokenSecurity]:
    found = []
    for token, page in zip(asked_tokens(query), pages, strict=True):
        rows = page.data if isinstance(page.data, list) else [page.data] if page.data else []
        # New tokens have no report yet: an empty list, or one that says it does not exist.
        known = [row for row in rows if not (isinstance(row, dict) and row.get("exist") is False)]
        for row in known[:1]:
            # One without a single check would read as a token without risks.
            if not isinstance(row, dict) or not any(row.get(key) for key in _CHECKS):
                raise page.bad("a report without checks")
            token.verify(page, row.get("tokenContractAddress"))
            found.append(_read_report(token, page, row))
    return found


def _read_report(token: Token, page: Page, row: dict[str, Any]) -> TokenSecurity:
    extra = row_of(row.get("extra"))
    items = row.get("securityItems")
    checks = [_read_item(item) for item in items[:_MOST_ITEMS]] if isinstance(items, list) else []
    unclear = {
        name: f"{text(str(extra.get(key)), 20)} (unit unclear)"
        for name, key in (("buy_tax", "buyTax"), ("sell_tax", "sellTax"))
        if _is_unclear(extra.get(key))
    }
    return TokenSecurity(
        asset_id=token.asset_id,
        provenance=page.origin(note=_VENDOR_NOTE),
        level=text(row.get("securityLevel"), 40),
        buy_tax_pct=_tax_pct(extra.get("buyTax")),
        sell_tax_pct=_tax_pct(extra.get("sellTax")),
        is_verified=flag(extra.get("isVerified")),
        is_reported=flag(extra.get("isReported")),
        is_flagged_by_vendor=flag(extra.get("isFlaggedByVendor")),
        vendor=text(extra.get("source"), 60),
        items=tuple(check for check in checks if check is not None),
        statuses=_statuses(row) | unclear,
    )


def _is_unclear(tax: Any) -> bool:
    # 0.05 may be five percent as a fraction or a twentieth of one percent; both occur.
    found = number(tax)
    return found is not None and (0 < found < 1 or not 0 <= found <= 100)


def _tax_pct(tax: Any) -> float | None:
    return None if _is_unclear(tax) else number(tax)


def _read_item(item: Any) -> SecurityItem | None:
    code = text(item.get("riskCode") or item.get("code")) if isinstance(item, dict) else None
    is_hit = flag(item.get("isHit")) if isinstance(item, dict) else None
    if code is None or is_hit is None:
        return None
    return SecurityItem(code, is_hit, text(item.get("riskyLevel"), 20), text(item.get("des"), 300))


def _statuses(row: dict[str, Any]) -> dict[str, str]:
    found: dict[str, str] = {}
    for display in (row.get("evmDisplay"), row.get("solanaDisplay")):
        for theirs, ours in _STATUSES.items():
            words = text(display.get(theirs), 60) if isinstance(display, dict) else None
            if words:
                found.setdefault(ours, words)
    return found


def _ask_holders(query: Query[Any], context: SourceContext) -> list[Ask]:
    return [
        Ask("/v1/dex/holders/count", (("platform", token.platform), ("tokenAddress", token.address)))
        for token in _held_tokens(query, context.crosswalk)
    ]


def _read_holders(pages: Sequence[Page], query: Query[Any], context: SourceContext) -> list[Holders]:
    found = []
    for token, page in zip(_held_tokens(query, context.crosswalk), pages, strict=True):
        count = whole(page.entry().get("count")) if page.data else None
        if count:
            token.verify(page, page.entry().get("tokenAddress"))
            origin = page.origin(note=f"addresses on {token.platform} alone")
            found.append(Holders(asset_id=token.asset_id, provenance=origin, holders=count))
    return found


def _held_tokens(query: Query[Any], crosswalk: Crosswalk) -> tuple[Token, ...]:
    """The tokens asked for, and the contracts of the coins asked for."""
    ids = (str(asked) for asked in query.ids or ())
    coins = (crosswalk.asset(int(asked)) for asked in ids if asked.isdecimal() and len(asked) <= _LONGEST_ID)
    contracts = tuple(
        Token(str(coin.asset_id), coin.platform, coin.token_address)
        for coin in coins
        if coin is not None and coin.platform and coin.token_address
    )
    return (asked_tokens(query) + contracts)[:_MOST_COUNTED]
