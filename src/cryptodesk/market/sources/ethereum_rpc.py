"""Gas prices from a node: Ethereum's by a public one, or by the operator's own, and those of other networks by theirs.

Totals are the base fee of the next block and the median tip of recent blocks for three speeds.
Source: ethereum.github.io/execution-apis, eth_feeHistory; EIP-1474 for error codes; EIP-1559 for base fee and tip.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any

import msgspec
from msgspec import Struct, structs
from yarl import URL

from cryptodesk.catalog.platforms import find_platform
from cryptodesk.market.fetching.client import HttpAnswer, HttpRequest, SourcePolicy
from cryptodesk.market.fetching.decode import decode_json
from cryptodesk.market.query import Query
from cryptodesk.market.records import GasPrice, Provenance
from cryptodesk.market.sources._instruments import is_past
from cryptodesk.market.sources._refusals import Refusal, malformed
from cryptodesk.market.sources._source import Route, Source, SourceContext

__all__ = ["SOURCE", "make_source"]

_NAME = "ethereum_rpc"
_PUBLIC_NODE = "https://ethereum-rpc.publicnode.com"
_TTL_SECONDS = 15.0
_KEPT_SECONDS = 900.0
_BLOCKS = 20
# Tips that were enough for the slowest tenth of the gas used, for half of it, for nine tenths.
_PERCENTILES = (10, 50, 90)
_WEI_A_GWEI = 1_000_000_000
_LONGEST_QUANTITY = 66
_LIMITED = frozenset({-32005, -32029, 429})
_WRONG = frozenset({-32700, -32600, -32601, -32602, -32004, -32006})
_BODY = msgspec.json.encode(
    {"jsonrpc": "2.0", "id": 1, "method": "eth_feeHistory", "params": [hex(_BLOCKS), "latest", _PERCENTILES]}
)


class _Failure(Struct, frozen=True):
    code: int
    message: str = ""


class _Reply(Struct, frozen=True):
    error: _Failure | None = None


class _Fees(Struct, frozen=True, rename="camel"):
    oldest_block: str
    base_fee_per_gas: list[str]
    gas_used_ratio: list[float | None] = []
    reward: list[list[str] | None] | None = None


_decode = msgspec.json.Decoder(_Reply).decode


def make_source(nodes: Mapping[str, str] | None = None) -> Source:
    """The source with the operator's own nodes, address by network; Ethereum's is a public one unless given.

    Raises: ValueError for an address that is not http(s), or a network nobody knows."""
    addresses = {"ethereum": _PUBLIC_NODE} | {_network(name): address for name, address in (nodes or {}).items()}
    urls = {network: URL(address) for network, address in addresses.items()}
    for network, url in urls.items():
        # Not quoted: it may hold a key.
        if url.scheme not in ("http", "https") or not url.host:
            raise ValueError(f"the node of {network}: expected an http(s) address")
    bare = {network: str(url.with_query(None)) for network, url in urls.items()}
    # A node of one's own often speaks plain http, which a policy with an https address would refuse.
    base = next((address for address in bare.values() if address.startswith("http:")), bare["ethereum"])
    asks = {
        network: HttpRequest(
            "" if bare[network] == base else bare[network], method="POST", params=tuple(url.query.items()), body=_BODY
        )
        for network, url in urls.items()
    }
    return structs.replace(
        _TEMPLATE, policy=structs.replace(_TEMPLATE.policy, base_url=base), routes=(_gas_route(asks),)
    )


def _network(name: str) -> str:
    platform = find_platform(name)
    if platform is None or platform.address != "evm":
        raise ValueError(f"no network with Ethereum's interface is called {name!r}")
    return platform.slug


def _gas_route(asks: Mapping[str, HttpRequest]) -> Route:
    def build_query(query: Query[Any], context: SourceContext) -> tuple[HttpRequest, ...]:
        if is_past(query, context, _TTL_SECONDS):
            return ()
        return tuple(asks[network] for network in _networks(query, asks))

    def to_records(answers: Sequence[HttpAnswer], query: Query[Any], context: SourceContext) -> tuple[GasPrice, ...]:
        pairs = zip(_networks(query, asks), answers, strict=True)
        return tuple(_gas_price(network, answer) for network, answer in pairs)

    return Route(
        kind=GasPrice,
        build_query=build_query,
        to_records=to_records,
        ttl_seconds=_TTL_SECONDS,
        stale_seconds=_TTL_SECONDS,
        preference=30,
        keep_seconds=_KEPT_SECONDS,
    )


def _networks(query: Query[Any], asks: Mapping[str, HttpRequest]) -> tuple[str, ...]:
    if query.ids is None:
        return tuple(asks)
    platforms = (find_platform(str(asked)) for asked in query.ids)
    return tuple(dict.fromkeys(one.slug for one in platforms if one is not None and one.slug in asks))


def _gas_price(network: str, answer: HttpAnswer) -> GasPrice:
    """Raises: UpstreamBadAnswer unless there is a base fee."""
    body = decode_json(_NAME, answer)
    try:
        fees = msgspec.convert(body.get("result") if isinstance(body, dict) else None, _Fees)
    except msgspec.ValidationError:
        raise malformed(_NAME, "expected a history of fees") from None
    oldest, base_fee = (
        _quantity(fees.oldest_block),
        _quantity(fees.base_fee_per_gas[-1] if fees.base_fee_per_gas else None),
    )
    if oldest is None or base_fee is None:
        raise malformed(_NAME, "no base fee")
    slow, standard, fast = (_total(base_fee, tips) for tips in _tips(fees))
    # One base fee more than there are blocks: the last is that of the next.
    newest = oldest + max(len(fees.base_fee_per_gas) - 2, 0)
    note = f"base fee of the next block, tips of the {_BLOCKS} blocks up to {newest}"
    return GasPrice(
        network=network,
        provenance=Provenance(_NAME, "live", answer.fetched_at, note),
        base_fee_gwei=base_fee / _WEI_A_GWEI,
        slow_gwei=slow,
        standard_gwei=standard,
        fast_gwei=fast,
        block_number=newest,
    )


def _tips(fees: _Fees) -> list[list[int]]:
    """The tips in wei for each speed. Of a block without transactions they are zero, and say nothing."""
    tips: list[list[int]] = [[] for _ in _PERCENTILES]
    used = [*fees.gas_used_ratio, *(None for _ in fees.reward or ())]
    for row, ratio in zip(fees.reward or (), used, strict=False):
        values = [_quantity(tip) for tip in row or ()]
        if ratio != 0 and len(values) == len(tips) and None not in values:
            for held, value in zip(tips, values, strict=True):
                held.append(value or 0)
    return tips


def _total(base_fee: int, tips: Sequence[int]) -> float | None:
    return (base_fee + median(tips)) / _WEI_A_GWEI if tips else None


def _quantity(value: str | None) -> int | None:
    """A number in hexadecimal with its prefix."""
    if value is None or not value.startswith("0x") or len(value) > _LONGEST_QUANTITY:
        return None
    try:
        return int(value, 16)
    except ValueError:
        return None


def check(answer: HttpAnswer) -> None:
    """An error is an object in place of the result, whatever the status."""
    error = _decode(answer.body).error
    if error is None:
        return
    refusal = Refusal(_NAME, answer, error.code, error.message)
    if error.code in _LIMITED:
        raise refusal.limited()
    raise refusal.wrong() if error.code in _WRONG else refusal.busy()


_TEMPLATE = Source(
    name=_NAME,
    title="Ethereum node",
    policy=SourcePolicy(
        base_url=_PUBLIC_NODE,
        per_minute=60,
        burst=10,
        per_day=None,
        timeout_seconds=6,
        connect_seconds=3,
        concurrency=4,
        max_body_bytes=2**20,
        breaker_failures=4,
        breaker_open_seconds=60,
        retries=1,
    ),
    routes=(),
    terms="https://www.publicnode.com/",
    check=check,
)
SOURCE = make_source()
