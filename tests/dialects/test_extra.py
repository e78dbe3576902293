"""What may be asked beyond a dialect, and the clear refusal of what may not."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal

import msgspec
import pytest

from cryptodesk.core.errors import InvalidRequest
from cryptodesk.core.events import RunFinished
from cryptodesk.core.requests import RunLimits
from cryptodesk.core.research import ResearchOutcome, ResearchStep
from cryptodesk.core.usage import Cost, RunReceipt, Usage
from cryptodesk.core.verification import CellReference, CheckedFigure, Counts, Verification
from cryptodesk.dialects._extra import (
    NOTHING,
    RESEARCH_INCLUDES,
    Extra,
    ResearchExtra,
    WireExtra,
    capped_limits,
    check_extra,
    check_extra_as,
    encode_extra,
    encode_progress,
    read_extra,
)

NOW = datetime(2026, 11, 22, 12, 30, tzinfo=UTC)


def finished(verification: Verification | None) -> RunFinished:
    return RunFinished("stop", Usage(1, 1), Cost(Decimal(0)), verification=verification)


def test_a_request_without_it_asks_for_nothing() -> None:
    assert read_extra(b"", None, NOW) is NOTHING
    assert encode_extra(frozenset(), finished(None)) == b""


@pytest.mark.parametrize("header", [b"verification", b" verification ", b"verification,verification"])
def test_the_header_names_what_is_wanted(header: bytes) -> None:
    assert read_extra(header, None, NOW).include == {"verification"}


def test_header_and_body_add_up() -> None:
    asked = read_extra(b"verification", WireExtra(include=[], as_of="2026-01-31"), NOW)
    assert asked == Extra(frozenset({"verification"}), datetime(2026, 2, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-01-31", datetime(2026, 2, 1, tzinfo=UTC)),
        ("2026-01-31T10:00:00Z", datetime(2026, 1, 31, 10, tzinfo=UTC)),
        ("2026-01-31T10:00:00+02:00", datetime(2026, 1, 31, 8, tzinfo=UTC)),
        ("2026-11-22", NOW),
    ],
)
def test_a_moment_is_a_date_s_end_or_a_time(text: str, moment: datetime) -> None:
    assert read_extra(b"", WireExtra(as_of=text), NOW).as_of == moment


@pytest.mark.parametrize("text", ["", "soon", "2026-13-01", "2026-11-23", "2030-01-01T00:00:00Z", "9999-12-31"])
def test_a_moment_that_is_none_or_has_not_come_is_refused(text: str) -> None:
    with pytest.raises(InvalidRequest, match="has come") as caught:
        read_extra(b"", WireExtra(as_of=text), NOW)
    assert caught.value.param == "cryptodesk.as_of"


@pytest.mark.parametrize("header", [b"reciept", b"verification,all", "verificatiön".encode()])
def test_an_unknown_name_is_refused_with_what_there_is(header: bytes) -> None:
    with pytest.raises(InvalidRequest, match="Supported values are: 'verification'"):
        read_extra(header, None, NOW)


@pytest.mark.parametrize("value", [[], "verification", {"includes": []}, {"include": "verification"}, {"as_of": 5}])
def test_a_malformed_object_is_refused(value: object) -> None:
    with pytest.raises(InvalidRequest, match="Invalid 'cryptodesk'"):
        check_extra(value)


def test_what_was_found_is_encoded_with_its_cells() -> None:
    cell = CellReference("call-1", "cmc_market_data", "/results/0/price", "Bitcoin", "price", 60000.5, "USD")
    figure = CheckedFigure("$60,000.50", 10, 20, "bound", cells=(cell,))
    found = Verification("verified", Counts(bound=1), (figure,))
    encoded = encode_extra(frozenset({"verification"}), finished(found))
    assert encoded.startswith(b',"cryptodesk":{"verification":{')
    body = json.loads(b"{" + encoded[1:] + b"}")["cryptodesk"]["verification"]
    assert body["figures"][0]["cells"][0]["value"] == 60000.5
    assert encode_extra(frozenset({"verification"}), finished(None)) == b',"cryptodesk":{"verification":null}'


STEP = ResearchStep("plan", "rules", "completed")


def test_progress_can_be_asked_for_only_where_there_is_any() -> None:
    assert read_extra(b"progress", None, NOW, RESEARCH_INCLUDES).include == {"progress"}
    assert read_extra(b"", WireExtra(include=["progress"]), NOW, RESEARCH_INCLUDES).include == {"progress"}
    with pytest.raises(InvalidRequest, match="Supported values are: 'verification', 'receipt'\\."):
        read_extra(b"progress", None, NOW)
    with pytest.raises(InvalidRequest, match="Supported values are: 'verification', 'receipt', 'progress'"):
        read_extra(b"steps", None, NOW, RESEARCH_INCLUDES)


def test_the_steps_of_a_run_stand_behind_what_was_verified() -> None:
    end = msgspec.structs.replace(finished(None), research=ResearchOutcome(steps=(STEP,)))
    encoded = encode_extra(frozenset({"progress", "verification"}), end)
    step = b'{"node":"plan","form":"rules","status":"completed"}'
    assert encoded == b',"cryptodesk":{"verification":null,"progress":[%b]}' % step
    assert encode_progress(STEP) == b',"cryptodesk":{"progress":[%b]}' % step
    assert encode_extra(frozenset({"progress"}), finished(None)) == b',"cryptodesk":{"progress":null}'


def test_early_headers_belong_to_researched_answers_alone() -> None:
    assert check_extra_as(ResearchExtra, {"early_headers": True}) == ResearchExtra(early_headers=True)
    with pytest.raises(InvalidRequest, match="Its members are include, as_of, max_cost_usd\\."):
        check_extra({"early_headers": True})
    with pytest.raises(InvalidRequest, match="Its members are include, as_of, max_cost_usd, early_headers\\."):
        check_extra_as(ResearchExtra, {"early_headers": 1})


@pytest.mark.parametrize(
    ("header", "body", "expected"),
    [
        (b"0.25", None, "0.25"),
        (b"", WireExtra(max_cost_usd=Decimal("0.1")), "0.1"),
        (b"0.5", WireExtra(max_cost_usd=Decimal("0.1")), "0.1"),
        (b" 0.05 ", WireExtra(max_cost_usd=Decimal("0.1")), "0.05"),
        (b"0", None, "0"),
        (b"1e-3", None, "0.001"),
        (b"1E-999999", None, "0"),
        (b"1E+999999", None, "1000000000000000"),
        (b"0.12345678901234567890123456789012345678901234567899", None, "0.1234567890123456789012345678901234567890"),
    ],
)
def test_the_lower_of_both_costs_holds_and_none_is_rounded_up(
    header: bytes, body: WireExtra | None, expected: str
) -> None:
    assert read_extra(b"", body, NOW, max_cost=header).max_cost_usd == Decimal(expected)


@pytest.mark.parametrize("header", [b"-1", b"NaN", b"Infinity", b"much", b"1,5", b"0x1", b"-0.0000001"])
def test_a_cost_that_is_none_is_refused(header: bytes) -> None:
    with pytest.raises(InvalidRequest, match="Expected an amount of USD from 0 on") as caught:
        read_extra(b"", None, NOW, max_cost=header)
    assert caught.value.param == "Cryptodesk-Max-Cost-Usd"
    with pytest.raises(InvalidRequest):
        read_extra(b"", WireExtra(max_cost_usd=Decimal("-1")), NOW)


def test_a_number_and_a_string_of_the_body_are_read_exactly() -> None:
    for text in (b'{"max_cost_usd":0.10000000000000000000001}', b'{"max_cost_usd":"0.10000000000000000000001"}'):
        assert msgspec.json.decode(text, type=WireExtra).max_cost_usd == Decimal("0.10000000000000000000001")


def test_a_request_may_lower_the_desks_limit_and_never_raise_it() -> None:
    ours = RunLimits(cost_usd=Decimal(1))
    assert capped_limits(ours, Extra(max_cost_usd=Decimal(2))) is ours
    assert capped_limits(ours, Extra(max_cost_usd=Decimal("0.5"))).cost_usd == Decimal("0.5")
    assert capped_limits(RunLimits(), Extra(max_cost_usd=Decimal(2))).cost_usd == 2
    assert capped_limits(ours, NOTHING) is ours


def test_a_receipt_is_encoded_with_exact_texts_and_without_a_figure_where_there_is_none() -> None:
    receipt = RunReceipt("r1", Decimal("0.00213375"), Decimal("1E+1"), ("v1",), True)
    end = msgspec.structs.replace(finished(None), receipt=receipt)
    assert encode_extra(frozenset({"receipt"}), end) == (
        b',"cryptodesk":{"receipt":{"run_id":"r1","total_usd":"0.00213375","held_usd":"10","price_versions":["v1"],'
        b'"is_estimated":true}}'
    )
    unknown = msgspec.structs.replace(end, receipt=RunReceipt("r1", Decimal("NaN"), Decimal("NaN"), (), False))
    assert b'"total_usd":null,"held_usd":null' in encode_extra(frozenset({"receipt"}), unknown)
    assert encode_extra(frozenset({"receipt"}), finished(None)) == b',"cryptodesk":{"receipt":null}'
