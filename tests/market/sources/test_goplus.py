"""GoPlus: checks answered with "1" and "0", holders, and codes that say no."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from msgspec import structs

from cryptodesk.core.errors import UpstreamBadAnswer, UpstreamRateLimited, UpstreamRejected, UpstreamUnavailable
from cryptodesk.market.query import Query
from cryptodesk.market.records import Holders, Provenance, SecurityItem, TokenSecurity
from cryptodesk.market.sources.goplus import SOURCE
from tests.market.sources.bad_days import BAD_DAYS, BadDay
from tests.market.sources.exchanges import BTC, NOW, USDT, ask, body, live_through, payload, read, refusal

TETHER = "ethereum:0xdac17f958d2ee523a2206206994597c13d831ec7"
TRUMP = "solana:6p6xgHyF7AeE6TZkSmFsko444wqoP15icUSqi2jfGiPN"
EVM, SOLANA = payload(SOURCE, "token_security_evm"), payload(SOURCE, "token_security_solana")


def security(*ids: str) -> Query[TokenSecurity]:
    return Query(kind=TokenSecurity, ids=ids)


def changed(**fields: Any) -> bytes:
    reply = msgspec.json.decode(EVM)
    (row,) = reply["result"].values()
    row |= fields
    return body(reply)


def test_each_chain_is_asked_for_by_its_number_and_solana_by_name() -> None:
    asks = ask(SOURCE, security(TETHER.replace("0xdac", "0xDAC"), TRUMP, "base:0xabc1"))
    assert [(each.path, dict(each.params)["contract_addresses"]) for each in asks] == [
        ("/token_security/1", TETHER.partition(":")[2]),
        ("/solana/token_security", TRUMP.partition(":")[2]),
        ("/token_security/8453", "0xabc1"),
    ]


def test_ids_that_are_no_token_of_a_covered_chain_are_left_to_others() -> None:
    assert (
        ask(SOURCE, security("1", "bitcoin:abc", "nowhere:0xabc", "ethereum:", "ethereum:0xa/../b", "solana:a b")) == ()
    )
    assert ask(SOURCE, Query(kind=TokenSecurity)) == ()


def test_checks_taxes_and_statuses_are_read() -> None:
    (report,) = read(SOURCE, security(TETHER), EVM)
    assert report.asset_id == TETHER
    assert report.provenance == Provenance("goplus", "live", NOW, "automatic checks by GoPlus; not a guarantee")
    assert report.vendor == "GoPlus"
    assert report.buy_tax_pct == 1.0
    # An empty text means unknown.
    assert report.sell_tax_pct is None
    assert report.is_verified is True
    hits = {item.code for item in report.items if item.is_hit}
    assert hits == {"is_mintable", "slippage_modifiable", "transfer_pausable", "is_blacklisted"}
    assert SecurityItem("is_honeypot", False, description="it can be bought but not sold") in report.items
    assert report.statuses == {"honeypot": "no", "mintable": "yes", "freezable": "yes", "unverified_contract": "no"}
    assert (report.is_reported, report.is_flagged_by_vendor, report.level) == (None, None, None)


def test_a_check_that_is_missing_or_unclear_is_unknown_and_not_passed() -> None:
    (report,) = read(SOURCE, security(TETHER), changed(is_honeypot="", is_mintable=None, selfdestruct="2", is_proxy=[]))
    assert not {"is_honeypot", "is_mintable", "selfdestruct", "is_proxy"} & {item.code for item in report.items}
    assert "honeypot" not in report.statuses


@pytest.mark.parametrize("tax", ["", None, "x", "-0.1", "1.5", "nan"])
def test_a_tax_that_is_no_fraction_is_unknown(tax: Any) -> None:
    (report,) = read(SOURCE, security(TETHER), changed(buy_tax=tax))
    assert report.buy_tax_pct is None


def test_a_fake_token_and_a_closed_source_are_said() -> None:
    (report,) = read(SOURCE, security(TETHER), changed(fake_token={"value": 1}, is_open_source="0"))
    assert report.statuses["fake_token"] == "yes"
    assert report.statuses["unverified_contract"] == "yes"
    assert report.is_verified is False


def test_on_solana_a_check_is_an_object_with_a_status() -> None:
    (report,) = read(SOURCE, security(TRUMP), SOLANA)
    assert {item.code for item in report.items if item.is_hit} == {"metadata_mutable"}
    assert report.statuses == {"mintable": "no", "freezable": "no"}
    assert report.is_verified is None


def test_holders_are_counted_and_whales_told_where_none_can_be_missing() -> None:
    (held,) = read(SOURCE, Query(kind=Holders, ids=(TETHER,)), EVM)
    assert (held.asset_id, held.holders) == (TETHER, 7300123)
    assert held.whales_pct == pytest.approx(15.0)
    assert held.others_pct == pytest.approx(85.0)


def test_ten_listed_holders_of_more_than_a_percent_each_leave_room_for_an_eleventh() -> None:
    (held,) = read(SOURCE, Query(kind=Holders, ids=(TRUMP,)), SOLANA)
    assert (held.holders, held.whales_pct, held.others_pct) == (640123, None, None)


def test_a_coin_is_asked_for_by_its_contract() -> None:
    (held,) = read(SOURCE, Query(kind=Holders, ids=(USDT,)), EVM)
    assert held.asset_id == str(USDT)
    assert ask(SOURCE, Query(kind=Holders, ids=(BTC,))) == ()


@pytest.mark.parametrize("result", [{}, None, {"0xother": {"is_honeypot": "0"}}, {TETHER.partition(":")[2]: {}}])
def test_a_token_nobody_knows_has_no_report(result: Any) -> None:
    assert read(SOURCE, security(TETHER), body({"code": 1, "message": "OK", "result": result})) == []


@pytest.mark.parametrize("result", [[], "x", 5, {TETHER.partition(":")[2]: [1]}])
def test_a_result_of_another_form_is_a_bad_answer(result: Any) -> None:
    with pytest.raises(UpstreamBadAnswer, match="goplus"):
        read(SOURCE, security(TETHER), body({"code": 1, "message": "OK", "result": result}))


def test_the_past_is_not_asked_for() -> None:
    assert ask(SOURCE, structs.replace(security(TETHER), as_of=NOW - timedelta(minutes=6))) == ()


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (2, UpstreamUnavailable),
        (4029, UpstreamRateLimited),
        (4012, UpstreamUnavailable),
        (2018, UpstreamRejected),
        (2004, UpstreamRejected),
        (5000, UpstreamUnavailable),
    ],
)
def test_errors_come_at_200_with_a_code(code: int, expected: type[Exception]) -> None:
    assert isinstance(refusal(SOURCE, body({"code": code, "message": "no", "result": None})), expected)


@pytest.mark.parametrize("day", BAD_DAYS, ids=str)
async def test_a_bad_day_is_an_error_that_names_the_source(day: BadDay) -> None:
    await live_through(SOURCE, day, security(TETHER), Query(kind=Holders, ids=(USDT,)))
