"""What a chain shows of a token: its pools, its holders, and what a checker says of its contract."""

from __future__ import annotations

from cryptodesk.catalog.platforms import find_platform
from cryptodesk.market.records import Holders, Pool, SecurityItem, TokenListing, TokenPools, TokenSecurity
from cryptodesk.market.simulation.addresses import address_on, number_of
from cryptodesk.market.simulation.days import DAY_MINUTES
from cryptodesk.market.simulation.exchanges import ExchangeBook
from cryptodesk.market.simulation.launches import Launch
from cryptodesk.market.simulation.market import Market
from cryptodesk.market.simulation.randomness import Draws
from cryptodesk.market.simulation.tokens import RISKY_ORIGINS, TokenBook

__all__ = ["OnchainBook"]

_VENDOR = "simulated checker"
_RISKS = {"fake_token": "high", "honeypot": "high", "rug_pull": "high"}
_USUAL_QUOTES = ("USDC", "USDT")


class OnchainBook:
    def __init__(self, market: Market, tokens: TokenBook, exchanges: ExchangeBook) -> None:
        self._market = market
        self._tokens = tokens
        self._exchanges = exchanges

    def pools(self, asset_id: str, minute: int) -> TokenPools | None:
        """The token's pools; together they hold its liquidity and do its trade on the chain."""
        token = self._tokens.listing(asset_id, minute)
        if token is None:
            return None
        draws = Draws(self._market.seed, "pools", token.asset_id)
        count = 1 + draws.index(4)
        weights = sorted((draws.between(0.05, 1.0) for _ in range(count)), reverse=True)
        pools = [self._pool(token, number, weight / sum(weights), minute) for number, weight in enumerate(weights)]
        return TokenPools(
            asset_id=token.asset_id,
            provenance=token.provenance,
            pools=tuple(pool for pool in pools if pool is not None),
        )

    def _pool(self, token: TokenListing, number: int, share: float, minute: int) -> Pool:
        draws = Draws(self._market.seed, "pool", token.asset_id, number)
        venues = [
            exchange.name
            for place, exchange in enumerate(self._exchanges.all)
            if exchange.kind == "decentral" and self._exchanges.is_open(place, minute)
        ]
        quote = draws.pick((*_USUAL_QUOTES, self._native(token.platform)))
        return Pool(
            address=address_on(token.platform, draws.raw),
            exchange=draws.pick(venues) if venues else "direct",
            pair=f"{token.symbol}/{quote}",
            price_usd=token.price,
            liquidity_usd=(token.liquidity or 0.0) * share,
            volume_24h_usd=(token.volume_24h or 0.0) * share,
            created_at=token.first_priced_at,
        )

    def _native(self, platform: str) -> str:
        known = find_platform(platform)
        place = self._market.place_of.get(known.native) if known and known.native else None
        return f"W{self._market.coins[place].asset.symbol}" if place is not None else "USDC"

    def security(self, asset_id: str, minute: int) -> TokenSecurity | None:
        """A checker's word; it misses about one bad token in eight and flags a good one now and then."""
        token = self._tokens.listing(asset_id, minute)
        if token is None:
            return None
        draws = Draws(self._market.seed, "security", token.asset_id)
        fake, honeypot, rug = self._faults(asset_id)
        is_found = draws.unit() < (0.88 if fake or honeypot or rug else 0.02)
        hits = {
            "fake_token": fake and is_found,
            "honeypot": honeypot and is_found,
            "rug_pull": rug and is_found,
            "mintable": draws.unit() < (0.5 if rug else 0.12),
            "freezable": draws.unit() < 0.08,
            "unverified_contract": draws.unit() < (0.6 if fake else 0.05),
        }
        severe = any(hits[code] for code in ("fake_token", "honeypot", "rug_pull"))
        sell_tax = draws.between(30, 99) if hits["honeypot"] else (draws.index(6) if draws.unit() < 0.2 else 0)
        return TokenSecurity(
            asset_id=token.asset_id,
            provenance=token.provenance,
            level="high" if severe else ("medium" if any(hits.values()) else "low"),
            buy_tax_pct=float(draws.index(4)) if draws.unit() < 0.2 else 0.0,
            sell_tax_pct=float(sell_tax),
            is_verified=not hits["unverified_contract"],
            is_reported=severe,
            is_flagged_by_vendor=severe,
            vendor=_VENDOR,
            items=tuple(_item(code, is_hit) for code, is_hit in hits.items()),
            statuses={code: "detected" if is_hit else "not detected" for code, is_hit in hits.items()},
        )

    def _faults(self, asset_id: str) -> tuple[bool, bool, bool]:
        """Whether it pretends to be another token, cannot be sold, or will be robbed by its makers."""
        found = self._tokens.find(asset_id)
        if isinstance(found, Launch):
            return False, found.is_honeypot, found.is_rug
        coin = self._market.coins[found or 0]
        return coin.origin in RISKY_ORIGINS, coin.origin == "hostile", False

    def holders(self, asset_id: int | str, minute: int) -> Holders | None:
        """Of a coin by its number or of a token by its contract."""
        text = str(asset_id)
        count = self._count(text, minute)
        if count is None:
            return None
        draws = Draws(self._market.seed, "holders", text)
        rich, middling = int(count * draws.between(0.0005, 0.004)), int(count * draws.between(0.02, 0.12))
        traders, cruisers = int(count * draws.between(0.05, 0.3)), int(count * draws.between(0.2, 0.4))
        whales = draws.between(5.0, 55.0)
        return Holders(
            asset_id=text,
            provenance=self._market.stamp(minute),
            holders=count,
            whales_pct=whales,
            others_pct=100.0 - whales,
            by_value={
                "usd_0_to_1k": count - rich - middling,
                "usd_1k_to_100k": middling,
                "usd_100k_plus": rich,
            },
            by_time={"traders": traders, "cruisers": cruisers, "holders": count - traders - cruisers},
        )

    def _count(self, text: str, minute: int) -> int | None:
        number = number_of(text)
        if number is None:
            token = self._tokens.listing(text, minute)
            return None if token is None else token.holders
        place = self._market.place_of.get(number)
        if place is None or not self._market.is_alive(place, minute):
            return None
        age_days = minute // DAY_MINUTES - self._market.coins[place].born
        # The same count as of its contract, where it has one.
        return 12 + int((self._market.cap(place, minute) / 900) ** 0.8) + age_days // 5


def _item(code: str, is_hit: bool) -> SecurityItem:
    text = f"{code.replace('_', ' ')}: {'found' if is_hit else 'not found'}"
    return SecurityItem(code, is_hit, _RISKS.get(code, "medium"), text)
