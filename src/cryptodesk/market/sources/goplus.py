"""GoPlus checks of token contracts, and their holders, on chains with Ethereum's interface and on Solana.

Yes and no are "1" and "0"; what is missing or empty is unknown. Taxes are fractions. Contracts whose source is not open
have few checks, which is no good sign.
Source: docs.gopluslabs.io/reference/response-details (contract, trading and info security), reference/response-detail-1
(Solana), api-status-code; error codes as in the vendor's Python SDK.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from cryptodesk.catalog.platforms import find_platform
from cryptodesk.market.fetching.client import HttpAnswer, HttpRequest, SourcePolicy, path_of
from cryptodesk.market.fetching.decode import decode_json
from cryptodesk.market.query import Query
from cryptodesk.market.records import Holders, Provenance, SecurityItem, TokenSecurity
from cryptodesk.market.sources._figures import count, number
from cryptodesk.market.sources._instruments import is_past
from cryptodesk.market.sources._refusals import Refusal, malformed
from cryptodesk.market.sources._source import Crosswalk, Route, Source, SourceContext

__all__ = ["SOURCE"]

R = TypeVar("R", TokenSecurity, Holders)
Row = dict[str, Any]

_NAME = "goplus"
_TTL_SECONDS = 300.0
_KEPT_SECONDS = 3600.0
_MOST_TOKENS = 5
_LONGEST_ADDRESS = 120
_LONGEST_ID = 12
_PENDING = 2
_LIMITED = frozenset({4029})
_CLOSED = frozenset({4010, 4011, 4012, 4022, 4023})
_UNLISTED = frozenset({2018, 2020, 2021})
_WRONG = frozenset({2004, 5006})
_NOTE = "automatic checks by GoPlus; not a guarantee"
_HOLDERS_NOTE = "addresses on {}; whales by their part of the supply, among them contracts and burnt coins"
_WHALE_RATIO = 0.01
_LISTED_HOLDERS = 10

# What each check says when it is answered with yes.
_EVM_RISKS = {
    "is_honeypot": "it can be bought but not sold",
    "is_mintable": "new tokens can be minted",
    "is_proxy": "its code can be replaced",
    "hidden_owner": "its owner is hidden",
    "can_take_back_ownership": "ownership that was given up can be taken back",
    "owner_change_balance": "the owner can change balances",
    "selfdestruct": "the contract can destroy itself",
    "external_call": "it depends on calls to other contracts",
    "cannot_buy": "it cannot be bought",
    "cannot_sell_all": "holders cannot sell all they have",
    "slippage_modifiable": "taxes can be changed",
    "personal_slippage_modifiable": "taxes can be set for single addresses",
    "transfer_pausable": "transfers can be paused",
    "is_blacklisted": "addresses can be blocked",
    "is_whitelisted": "some addresses are exempt from its rules",
    "is_anti_whale": "transactions are limited in size",
    "anti_whale_modifiable": "limits of size can be changed",
    "trading_cooldown": "trades must wait for one another",
    "is_airdrop_scam": "it is handed out as a scam",
    "honeypot_with_same_creator": "its creator made tokens that cannot be sold",
    "gas_abuse": "it burns the gas of whoever uses it",
}
_SOLANA_RISKS = {
    "mintable": "new tokens can be minted",
    "freezable": "accounts can be frozen",
    "closable": "its program can be closed",
    "balance_mutable_authority": "balances can be changed by somebody",
    "transfer_fee_upgradable": "the fee on transfers can be changed",
    "transfer_hook_upgradable": "the hook on transfers can be changed",
    "default_account_state_upgradable": "the state of new accounts can be changed",
    "metadata_mutable": "its name and data can be changed",
    "non_transferable": "it cannot be transferred",
}
_STATUSES = {"is_honeypot": "honeypot", "is_mintable": "mintable", "transfer_pausable": "freezable"}
_SOLANA_STATUSES = {"mintable": "mintable", "freezable": "freezable"}


class _Token(Struct, frozen=True):
    """What was asked for as `asset_id`, and where it lives."""

    asset_id: str
    platform: str
    address: str
    chain_id: int | None

    @property
    def request(self) -> HttpRequest:
        path = "/solana/token_security" if self.chain_id is None else path_of("token_security", self.chain_id)
        return HttpRequest(path, params=(("contract_addresses", self.address),))


class _Envelope(Struct, frozen=True):
    code: int
    message: str = ""


_decode = msgspec.json.Decoder(_Envelope).decode


def _route(
    kind: type[R], tokens: Callable[..., list[_Token]], read: Callable[[_Token, Row, Provenance], R | None]
) -> Route:
    def build_query(query: Query[Any], context: SourceContext) -> tuple[HttpRequest, ...]:
        if is_past(query, context, _TTL_SECONDS):
            return ()
        return tuple(token.request for token in tokens(query, context.crosswalk))

    def to_records(answers: Sequence[HttpAnswer], query: Query[Any], context: SourceContext) -> tuple[R, ...]:
        found = []
        for token, answer in zip(tokens(query, context.crosswalk), answers, strict=True):
            row = _report(token, answer)
            if row is not None:
                found.append(read(token, row, Provenance(_NAME, "live", answer.fetched_at, _NOTE)))
        return tuple(record for record in found if record is not None)

    return Route(
        kind=kind,
        build_query=build_query,
        to_records=to_records,
        ttl_seconds=_TTL_SECONDS,
        stale_seconds=_TTL_SECONDS,
        preference=40,
        keep_seconds=_KEPT_SECONDS,
    )


def _tokens(query: Query[Any], crosswalk: Crosswalk) -> list[_Token]:
    """The tokens asked for by chain and address."""
    found = []
    for asked in dict.fromkeys(str(one) for one in query.ids or ()):
        platform, _, address = asked.partition(":")
        found.append(_token(asked, platform, address))
    return [token for token in found if token is not None][:_MOST_TOKENS]


def _held_tokens(query: Query[Any], crosswalk: Crosswalk) -> list[_Token]:
    """The tokens asked for, and the contracts of coins asked for."""
    ids = dict.fromkeys(str(one) for one in query.ids or ())
    coins = (crosswalk.asset(int(one)) for one in ids if one.isascii() and one.isdigit() and len(one) <= _LONGEST_ID)
    contracts = [
        _token(str(coin.asset_id), coin.platform, coin.token_address)
        for coin in coins
        if coin is not None and coin.platform and coin.token_address
    ]
    return [*_tokens(query, crosswalk), *(token for token in contracts if token is not None)][:_MOST_TOKENS]


def _token(asset_id: str, platform: str, address: str) -> _Token | None:
    """None for a chain that is not covered, or an address that cannot be one there."""
    chain = find_platform(platform)
    if chain is None or not (address.isascii() and address.isalnum()) or len(address) > _LONGEST_ADDRESS:
        return None
    if chain.chain_id is not None and address[:2].lower() == "0x":
        return _Token(asset_id, chain.slug, address.lower(), chain.chain_id)
    return _Token(asset_id, chain.slug, address, None) if chain.slug == "solana" else None


def _report(token: _Token, answer: HttpAnswer) -> Row | None:
    """What is said of the token; None if nothing is. Raises: UpstreamBadAnswer."""
    body = decode_json(_NAME, answer)
    result = body.get("result") if isinstance(body, dict) else []
    if result is None:
        return None
    if not isinstance(result, dict):
        raise malformed(_NAME, "expected reports by address")
    row = result.get(token.address)
    if row is not None and not isinstance(row, dict):
        raise malformed(_NAME, "expected a report")
    return row or None


def _security(token: _Token, row: Row, origin: Provenance) -> TokenSecurity | None:
    risks = _SOLANA_RISKS if token.chain_id is None else _EVM_RISKS
    answers = {code: found for code in risks if (found := _flag(row.get(code))) is not None}
    is_open = _flag(row.get("is_open_source"))
    if not answers and is_open is None:
        return None
    words = _SOLANA_STATUSES if token.chain_id is None else _STATUSES
    statuses = {subject: "yes" if answers[code] else "no" for code, subject in words.items() if code in answers}
    if is_open is not None:
        statuses["unverified_contract"] = "no" if is_open else "yes"
    fake = row.get("fake_token")
    if isinstance(fake, dict) and _flag(fake.get("value")):
        statuses |= {"fake_token": "yes"}
    return TokenSecurity(
        asset_id=token.asset_id,
        provenance=origin,
        buy_tax_pct=_tax_pct(row.get("buy_tax")),
        sell_tax_pct=_tax_pct(row.get("sell_tax")),
        is_verified=is_open,
        vendor="GoPlus",
        items=tuple(SecurityItem(code, is_hit, description=risks[code]) for code, is_hit in answers.items()),
        statuses=statuses,
    )


def _holders(token: _Token, row: Row, origin: Provenance) -> Holders | None:
    holders = count(row.get("holder_count"))
    if not holders:
        return None
    whales = _whales_pct(row.get("holders"))
    return Holders(
        asset_id=token.asset_id,
        provenance=msgspec.structs.replace(origin, note=_HOLDERS_NOTE.format(token.platform)),
        holders=holders,
        whales_pct=whales,
        others_pct=None if whales is None else 100 - whales,
    )


def _whales_pct(rows: Any) -> float | None:
    """The part of the supply that holders of more than one percent each have; None if there may be more of them."""
    shares = [number(row.get("percent")) for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    known = [share for share in shares if share is not None and 0 <= share <= 1]
    if not known or len(known) != len(shares) or (len(known) >= _LISTED_HOLDERS and min(known) > _WHALE_RATIO):
        return None
    whales = sum(share for share in known if share > _WHALE_RATIO)
    return whales * 100 if whales <= 1 else None


def _flag(value: Any) -> bool | None:
    """Of Solana, a check is an object with a `status`."""
    told = value.get("status") if isinstance(value, dict) else value
    return {"1": True, "0": False}.get(str(told)) if isinstance(told, str | int) else None


def _tax_pct(value: Any) -> float | None:
    """A fraction as percent; empty means unknown."""
    tax = number(value)
    return tax * 100 if tax is not None and 0 <= tax <= 1 else None


def check(answer: HttpAnswer) -> None:
    """Raises what a code other than 1 means, whatever the status."""
    told = _decode(answer.body)
    if told.code == 1:
        return
    refusal = Refusal(_NAME, answer, told.code, told.message)
    if told.code in _LIMITED:
        raise refusal.limited()
    if told.code in _CLOSED:
        raise refusal.closed()
    if told.code in _UNLISTED:
        raise refusal.unlisted()
    # 2 says that the report is still being made.
    raise refusal.wrong() if told.code in _WRONG else refusal.busy()


SOURCE = Source(
    name=_NAME,
    title="GoPlus Security",
    policy=SourcePolicy(
        base_url="https://api.gopluslabs.io/api/v1",
        # Of thirty a minute without an account.
        per_minute=20,
        burst=5,
        per_day=None,
        timeout_seconds=8,
        connect_seconds=3,
        concurrency=2,
        max_body_bytes=2 * 2**20,
        breaker_failures=4,
        breaker_open_seconds=60,
        retries=0,
    ),
    routes=(_route(TokenSecurity, _tokens, _security), _route(Holders, _held_tokens, _holders)),
    terms="https://gopluslabs.io/terms",
    check=check,
)
