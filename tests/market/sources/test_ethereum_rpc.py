"""Gas prices from nodes: the public one, the operator's own, and their errors at 200."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from msgspec import structs

from cryptodesk.core.errors import UpstreamBadAnswer, UpstreamRateLimited, UpstreamRejected, UpstreamUnavailable
from cryptodesk.market.fetching.http import url_of
from cryptodesk.market.query import Query
from cryptodesk.market.records import GasPrice, Provenance
from cryptodesk.market.sources.ethereum_rpc import SOURCE, make_source
from tests.market.sources.bad_days import BAD_DAYS, BadDay
from tests.market.sources.exchanges import NOW, ask, body, live_through, payload, read, refusal

GAS = Query(kind=GasPrice)
FEES = payload(SOURCE, "fee_history")


def fees(**changes: Any) -> bytes:
    reply = msgspec.json.decode(FEES)
    reply["result"] |= changes
    return body(reply)


def test_one_call_asks_for_recent_blocks_and_three_speeds() -> None:
    (request,) = ask(SOURCE, GAS)
    assert str(url_of(SOURCE.policy, request)) == "https://ethereum-rpc.publicnode.com"
    assert request.method == "POST"
    assert msgspec.json.decode(request.body or b"") == {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "eth_feeHistory",
        "params": ["0x14", "latest", [10, 50, 90]],
    }


def test_totals_are_the_next_base_fee_and_the_median_tip_of_blocks_that_held_something() -> None:
    (gas,) = read(SOURCE, GAS, FEES)
    # Tips of the three blocks in use: 0.1, 0.2, 0.3 gwei; 1, 1.5, 2; 2, 3, 4. The empty block's zeros do not count.
    assert gas == GasPrice(
        network="ethereum",
        provenance=Provenance(
            "ethereum_rpc", "live", NOW, "base fee of the next block, tips of the 20 blocks up to 23324107"
        ),
        base_fee_gwei=6.0,
        slow_gwei=pytest.approx(6.2),
        standard_gwei=pytest.approx(7.5),
        fast_gwei=pytest.approx(9.0),
        block_number=0x163E5C8 + 3,
    )


def test_a_node_without_tips_still_tells_the_base_fee() -> None:
    for tips in (None, [], [None, None]):
        (gas,) = read(SOURCE, GAS, fees(reward=tips))
        assert (gas.base_fee_gwei, gas.slow_gwei, gas.standard_gwei, gas.fast_gwei) == (6.0, None, None, None)


def test_blocks_with_malformed_tips_are_left_out_alone() -> None:
    (gas,) = read(SOURCE, GAS, fees(reward=[["0x1"], ["1", "2", "3"], ["0xzz", "0x1", "0x1"], ["0x0", "0x0", "0x0"]]))
    assert gas.fast_gwei == 6.0


@pytest.mark.parametrize(
    "changes",
    [
        {"baseFeePerGas": []},
        {"baseFeePerGas": ["12"]},
        {"baseFeePerGas": ["0x"]},
        {"baseFeePerGas": ["0x" + "f" * 100]},
        {"baseFeePerGas": None},
        {"oldestBlock": "latest"},
        {"oldestBlock": 5},
    ],
)
def test_fees_that_cannot_be_read_are_a_bad_answer(changes: dict[str, Any]) -> None:
    with pytest.raises(UpstreamBadAnswer, match="ethereum_rpc"):
        read(SOURCE, GAS, fees(**changes))


def test_other_networks_are_answered_only_by_nodes_of_their_own() -> None:
    base = structs.replace(GAS, ids=("base",))
    assert ask(SOURCE, base) == ()
    own = make_source({"base": "https://base.node.example/v2/key", "eth": "https://eth.node.example"})
    (request,) = ask(own, base)
    assert str(url_of(own.policy, request)) == "https://base.node.example/v2/key"
    (gas,) = read(own, structs.replace(GAS, ids=("8453",)), FEES)
    assert gas.network == "base"
    assert [gas.network for gas in read(own, GAS, FEES)] == ["ethereum", "base"]


def test_a_node_at_home_may_speak_plain_http_beside_others_that_do_not() -> None:
    own = make_source({"ethereum": "http://127.0.0.1:8545", "base": "https://base.node.example/rpc?key=abc"})
    addresses = [str(url_of(own.policy, request)) for request in ask(own, GAS)]
    assert addresses == ["http://127.0.0.1:8545", "https://base.node.example/rpc?key=abc"]
    other = make_source({"base": "http://10.0.0.7:8545"})
    addresses = [str(url_of(other.policy, request)) for request in ask(other, GAS)]
    assert addresses == ["https://ethereum-rpc.publicnode.com", "http://10.0.0.7:8545"]


@pytest.mark.parametrize(
    "nodes", [{"solana": "https://x.example"}, {"nowhere": "https://x.example"}, {"base": "ws://x"}]
)
def test_nodes_that_cannot_be_asked_are_refused_at_once(nodes: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"network|http"):
        make_source(nodes)


def test_gas_of_the_past_is_not_asked_for() -> None:
    assert ask(SOURCE, structs.replace(GAS, as_of=NOW - timedelta(seconds=16))) == ()
    assert len(ask(SOURCE, structs.replace(GAS, as_of=NOW - timedelta(seconds=14)))) == 1


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (-32005, UpstreamRateLimited),
        (429, UpstreamRateLimited),
        (-32601, UpstreamRejected),
        (-32602, UpstreamRejected),
        (-32603, UpstreamUnavailable),
        (-32000, UpstreamUnavailable),
    ],
)
def test_errors_come_in_place_of_the_result(code: int, expected: type[Exception]) -> None:
    error = refusal(SOURCE, body({"jsonrpc": "2.0", "id": 1, "error": {"code": code, "message": "no"}}))
    assert isinstance(error, expected)


@pytest.mark.parametrize("day", BAD_DAYS, ids=str)
async def test_a_bad_day_is_an_error_that_names_the_source(day: BadDay) -> None:
    await live_through(SOURCE, day, GAS)
