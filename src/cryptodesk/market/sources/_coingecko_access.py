"""What the routes of CoinGecko share: currencies, ids, and what its error codes mean.

| code | what it says | becomes |
|---|---|---|
| 10002, 10010, 10011 | key missing, wrong, or of the other plan | UpstreamUnavailable |
| 10005, 10012 | not in the plan: the route, or days further back than 365 (at HTTP 401) | UpstreamRejected |
| 429 | too many requests this minute | UpstreamRateLimited |
| others | at HTTP 200 | UpstreamRejected below 500, UpstreamUnavailable from there up |

Source: docs.coingecko.com/docs/errors-and-rate-limits; the errors come as {"status": …}, {"error": {"status": …}} and
{"error": "words"}.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from cryptodesk.market.fetching.client import HttpAnswer
from cryptodesk.market.query import Query
from cryptodesk.market.records import Asset
from cryptodesk.market.sources._figures import count
from cryptodesk.market.sources._instruments import asset_ids
from cryptodesk.market.sources._refusals import Refusal
from cryptodesk.market.sources._source import SourceContext

__all__ = ["PREFIX", "asked_coins", "check_by", "currency_of", "in_dollars", "own_slugs"]

# Before the vendor's name of what has no number here: NFT collections and categories.
PREFIX = "coingecko:"

_CURRENCY_CODES = (
    "btc eth ltc bch bnb eos xrp xlm link dot yfi sol usd aed ars aud bdt bhd bmd brl cad chf clp cny czk dkk eur gbp "
    "gel hkd huf idr ils inr jpy krw kwd lkr mmk mxn myr ngn nok nzd php pkr pln rub sar sek sgd thb try twd uah vef "
    "vnd zar xdr xag xau bits sats"
)
_CURRENCIES = frozenset(_CURRENCY_CODES.split())
_KEY = frozenset({10002, 10010, 10011})
_PLAN = frozenset({10005, 10012})
# An error is short; nobody wants to look for one in a megabyte of prices.
_LONGEST_ERROR = 4096


def currency_of(query: Query[Any]) -> str | None:
    """The quote currency as the vendor writes it; None for one it does not know."""
    currency = query.quote_currency.lower()
    return currency if currency in _CURRENCIES else None


def in_dollars(query: Query[Any]) -> bool:
    return query.quote_currency.upper() == "USD"


def asked_coins(query: Query[Any], context: SourceContext) -> list[Asset]:
    """The assets asked for that the vendor has a known name for."""
    found = (context.crosswalk.asset(asset_id) for asset_id in asset_ids(query))
    return [asset for asset in found if asset is not None and asset.coingecko_id]


def own_slugs(query: Query[Any]) -> list[str]:
    """The vendor's names among the ids asked for."""
    texts = dict.fromkeys(str(asked) for asked in query.ids or ())
    return [text.removeprefix(PREFIX) for text in texts if text.startswith(PREFIX)]


def check_by(source: str) -> Callable[[HttpAnswer], None]:
    """The check of answers for a source of this name."""

    def check(answer: HttpAnswer) -> None:
        """Raises: UpstreamError where the answer is an error with a code."""
        if len(answer.body) > _LONGEST_ERROR:
            return
        code, words = _code_of(answer)
        if not code:
            return
        refusal = Refusal(source, answer, code, None if code in _KEY else words)
        if code in _KEY:
            raise refusal.closed()
        if code == 429:
            raise refusal.limited()
        if code in _PLAN:
            raise refusal.wrong()
        if 200 <= answer.status < 300:
            raise refusal.busy() if code >= 500 else refusal.wrong()

    return check


def _code_of(answer: HttpAnswer) -> tuple[int | None, Any]:
    try:
        body = msgspec.json.decode(answer.body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None, None
    for _ in range(3):
        if not isinstance(body, dict):
            break
        if "error_code" in body:
            return count(body["error_code"]), body.get("error_message")
        body = body.get("status", body.get("error"))
    return None, None
