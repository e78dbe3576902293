"""Hyperliquid: every perpetual of its main book in one answer. Funding is paid each hour; open interest is in coins.

The answer is a pair of lists that belong together by place alone.
Source: hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/info-endpoint/perpetuals (retrieve perpetuals asset
contexts), api/rate-limits, trading/funding.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from cryptodesk.market.fetching.client import HttpAnswer, HttpRequest, SourcePolicy
from cryptodesk.market.fetching.decode import decode_json
from cryptodesk.market.query import Query
from cryptodesk.market.sources._derivatives import Figures, Told, Venue, derivatives_route, percent
from cryptodesk.market.sources._figures import number, positive, unsigned
from cryptodesk.market.sources._instruments import Contract, Naming
from cryptodesk.market.sources._refusals import malformed
from cryptodesk.market.sources._source import Crosswalk, Source, SourceContext

__all__ = ["SOURCE"]

_NAME = "hyperliquid"
_WEIGHT = 20
_FUNDING_HOURS = 1.0
_VENUE = Venue(_NAME, "Hyperliquid")
_NAMING = Naming(_NAME)
_BODY = msgspec.json.encode({"type": "metaAndAssetCtxs"})


def _build(query: Query[Any], context: SourceContext) -> Sequence[HttpRequest]:
    return (HttpRequest("/info", method="POST", body=_BODY, weight=_WEIGHT),)


def _read(answers: Sequence[HttpAnswer], query: Query[Any], context: SourceContext) -> Iterator[Told]:
    for answer in answers:
        for coin, state in _pairs(answer):
            name = coin.get("name") if isinstance(coin, dict) else None
            if not isinstance(name, str) or coin.get("isDelisted") is True or not isinstance(state, dict):
                continue
            contract = _contract(name, context.crosswalk)
            if contract is not None:
                yield _figures(name, state), contract


def _pairs(answer: HttpAnswer) -> Iterator[tuple[Any, Any]]:
    """Raises: UpstreamBadAnswer unless there is one state for each coin: with one missing, all would be another's."""
    body = decode_json(_NAME, answer)
    universe = body[0].get("universe") if isinstance(body, list) and body and isinstance(body[0], dict) else None
    states = body[1] if isinstance(body, list) and len(body) > 1 else None
    if not isinstance(universe, list) or not isinstance(states, list):
        raise malformed(_NAME, "expected coins and their states")
    if len(universe) != len(states):
        raise malformed(_NAME, f"{len(universe)} coins and {len(states)} states")
    return zip(universe, states, strict=True)


def _contract(name: str, crosswalk: Crosswalk) -> Contract | None:
    # "kPEPE" is a thousand of them.
    thousand = name[1:] if name[:1] == "k" and name[1:].isupper() else None
    return _NAMING.contract(name, crosswalk) or (_NAMING.contract(f"1000{thousand}", crosswalk) if thousand else None)


def _figures(name: str, state: dict[str, Any]) -> Figures:
    mark, coins = positive(state.get("markPx")), unsigned(state.get("openInterest"))
    return Figures(
        instrument=name,
        quote="USDC",
        open_interest=None if mark is None or coins is None else mark * coins,
        volume_24h=unsigned(state.get("dayNtlVlm")),
        funding_rate_pct=percent(number(state.get("funding"))),
        funding_period_hours=_FUNDING_HOURS,
        mark_price=mark,
        index_price=positive(state.get("oraclePx")),
    )


SOURCE = Source(
    name=_NAME,
    title="Hyperliquid",
    policy=SourcePolicy(
        base_url="https://api.hyperliquid.xyz",
        # Of 1,200 units of weight a minute for each address.
        per_minute=400,
        burst=80,
        per_day=None,
        timeout_seconds=8,
        connect_seconds=3,
        concurrency=2,
        max_body_bytes=4 * 2**20,
        breaker_failures=4,
        breaker_open_seconds=60,
        retries=1,
    ),
    routes=(derivatives_route(_VENUE, _build, _read, preference=30),),
    terms="https://app.hyperliquid.xyz/terms",
)
