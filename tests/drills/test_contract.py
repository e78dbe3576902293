"""The contract: what a client may see is told apart, and each way of breaking a promise is found."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from cryptodesk.core.generation import ModelPrice, PriceTier
from cryptodesk.core.ports import Entry
from cryptodesk.core.usage import Usage
from cryptodesk.drills.answers import Counted, billed_usd
from cryptodesk.drills.contract import Booked, Charge, Expected, Shape, breaches_of, shape_of
from cryptodesk.drills.provider import Bill
from cryptodesk.drills.script import ENDING, OPENING
from cryptodesk.drills.seen import Seen

PRICE = ModelPrice("v", Decimal(1), Decimal("0.1"), Decimal(10))
COUNTED = Counted(100, 20, 7)
# 80 fresh, 20 cached, 7 written.
USD = Decimal("0.000152")
WORDS = f"{OPENING}: the price"
WHOLE = Seen(200, 5, f"{WORDS}. {ENDING}", "stop", terminator="[DONE]")
REPORTED = Expected(((Shape.WHOLE, Charge.REPORTED),))


@pytest.mark.parametrize(
    ("seen", "shape"),
    [
        (None, Shape.LEFT),
        (WHOLE, Shape.WHOLE),
        (Seen(200, 5, "Bitcoin is money.", "stop", terminator="[DONE]"), Shape.STAND_IN),
        (Seen(503, error="upstream_unavailable", terminator="end of body"), Shape.REFUSED),
        (Seen(503, terminator="end of body"), Shape.UNREADABLE),
        (Seen(200, 3, WORDS, error="upstream_bad_answer", terminator="[DONE]"), Shape.BROKEN),
        (Seen(200, 1, "", error="run_timeout", terminator="[DONE]"), Shape.FAILED),
        (Seen(200, 3, WORDS, "stop", "upstream_bad_answer", "[DONE]"), Shape.MISLEADING),
        (Seen(200, 3, WORDS, error="upstream_bad_answer"), Shape.UNREADABLE),
        (Seen(200, 3, WORDS, "stop", terminator="[DONE]"), Shape.MISLEADING),
        (Seen(200, 3, WORDS, "", terminator="[DONE]"), Shape.UNREADABLE),
        (Seen(200, 3, "", "stop", terminator="[DONE]"), Shape.UNREADABLE),
        (Seen(200, 3, WORDS, "length", terminator="[DONE]", is_told_short=True), Shape.SHORT),
        (Seen(200, 1, "", "tool_calls", terminator="[DONE]", failed_tools=1), Shape.TRACE),
        (Seen(200, 1, "", "tool_calls", terminator="[DONE]"), Shape.UNREADABLE),
        (Seen(0, error="ClientPayloadError"), Shape.UNREADABLE),
    ],
)
def test_what_a_client_saw_has_one_name(seen: Seen | None, shape: Shape) -> None:
    assert shape_of(seen) is shape


def entry(kind: str, amount: str, *, run: str = "r", estimated: bool = False, served_by: str = "up") -> Entry:
    return Entry(
        f"{run}:{'0:' if kind in ('charge', 'surcharge') else ''}{kind}",
        "a",
        "k",
        run,
        kind,  # type: ignore[arg-type]
        Decimal(amount),
        1.0,
        "m",
        served_by,
        "v",
        Usage(),
        usage_is_estimated=estimated,
    )


def booked(*entries: Entry, held: str = "0.01", **more: Any) -> Booked:
    holds = (entry("hold", held), entry("release", f"-{held}"))
    total = sum((each.amount_usd for each in entries), Decimal(0))
    return Booked(entries, **{"holds": holds, "receipt_usd": total, **more})


def bill(*, reported: bool = True, struck: bool = True, left: bool = False) -> Bill:
    made = Bill("up")
    made.counted, made.is_reported, made.is_struck, made.was_left = COUNTED, reported, struck, left
    return made


def found(expected: Expected, seen: Seen | None, books: Booked, *bills: Bill) -> tuple[str, ...]:
    return breaches_of(expected, seen, books, bills, {"up": PRICE})


def test_a_kept_contract_has_no_breach() -> None:
    assert found(REPORTED, WHOLE, booked(entry("charge", str(USD))), bill()) == ()


def test_a_provider_is_billed_by_fresh_cached_and_written_tokens_and_the_tier_of_the_call() -> None:
    assert billed_usd(PRICE, COUNTED) == USD
    tier = PriceTier(99, Decimal(2), Decimal("0.2"), Decimal(20), reasoning_usd=Decimal(30))
    tiered = ModelPrice("v", Decimal(1), Decimal("0.1"), Decimal(10), tiers=(tier,))
    assert billed_usd(tiered, Counted(100, 20, 7, 1)) == (80 * 2 + Decimal("0.2") * 20 + 7 * 20 + 30) / 1_000_000


@pytest.mark.parametrize(
    ("books", "told"),
    [
        (booked(entry("charge", "0.000153")), "charged 0.000153 USD where the provider reported 0.000152"),
        (booked(), "charged nothing USD where the provider reported 0.000152"),
        (booked(entry("charge", str(USD)), entry("charge", str(USD), run="r2")), "0.000152 + 0.000152"),
        (booked(entry("charge", str(USD), estimated=True)), "1 estimates, not 0"),
        (booked(entry("charge", str(USD)), holds=(entry("hold", "1"),)), "was not given back"),
        (booked(entry("charge", str(USD)), receipt_usd=Decimal(0)), "the receipt says 0 USD"),
        (booked(entry("charge", str(USD)), receipt_usd=None), "cannot be read by the run's id"),
        (booked(entry("charge", str(USD)), entry("surcharge", "0.00002")), "is no tenth of its charge"),
        (booked(entry("charge", str(USD)), entry("surcharge", "0.01", run="r3")), "is no tenth of its charge"),
    ],
)
def test_money_that_is_not_what_was_reported_is_a_breach(books: Booked, told: str) -> None:
    assert told in " ".join(found(REPORTED, WHOLE, books, bill()))


def test_a_surcharge_of_a_tenth_is_right() -> None:
    assert found(REPORTED, WHOLE, booked(entry("charge", str(USD)), entry("surcharge", "0.0000152")), bill()) == ()


def test_an_estimate_is_marked_once_and_within_what_was_held() -> None:
    expected = Expected(((Shape.BROKEN, Charge.ESTIMATED),))
    seen = Seen(200, 3, WORDS, error="upstream_bad_answer", terminator="[DONE]")
    marked = entry("charge", "0.005", estimated=True)
    assert found(expected, seen, booked(marked), bill(reported=False)) == ()
    assert "not within the 0.001 held" in " ".join(found(expected, seen, booked(marked, held="0.001"), bill()))
    assert "0 estimates, not 1" in " ".join(found(expected, seen, booked(), bill(reported=False)))
    nothing = entry("charge", "0", estimated=True)
    assert "not within" in " ".join(found(expected, seen, booked(nothing), bill(reported=False)))


def test_calls_that_were_not_struck_are_charged_as_reported_beside_one_that_was() -> None:
    expected = Expected(((Shape.STAND_IN, Charge.NOTHING),))
    seen = Seen(200, 5, "Bitcoin is money.", "stop", terminator="[DONE]")
    well, struck = bill(struck=False), bill(reported=False)
    assert found(expected, seen, booked(entry("charge", str(USD))), well, struck) == ()
    assert found(expected, seen, booked(), well, struck) != ()


def test_the_stand_ins_own_lines_are_no_charge_of_the_provider() -> None:
    expected = Expected(((Shape.STAND_IN, Charge.NOTHING),))
    seen = Seen(200, 5, "Bitcoin is money.", "stop", terminator="[DONE]")
    assert found(expected, seen, booked(entry("charge", "0", served_by="analyst")), bill(reported=False)) == ()


def test_a_run_that_costs_nothing_has_no_charge_at_all() -> None:
    expected = Expected(((Shape.REFUSED, Charge.FREE),))
    refused = Seen(503, error="upstream_unavailable", terminator="end of body")
    assert found(expected, refused, booked(), bill(reported=False)) == ()
    assert "were charged" in found(expected, refused, booked(entry("charge", "1")), bill(reported=False))[0]


def test_what_a_full_disk_loses_is_never_charged() -> None:
    expected = Expected(((Shape.BROKEN, Charge.LOST),))
    seen = Seen(200, 3, WORDS, error="ledger_unavailable", terminator="[DONE]")
    held = Booked(holds=(entry("hold", "1"),))
    assert found(expected, seen, held, bill()) == ()
    assert found(expected, seen, booked(entry("charge", "1")), bill()) == ("something was charged",)


def test_other_promises_are_kept_too() -> None:
    books = booked(entry("charge", str(USD)))
    assert found(REPORTED, Seen(200, 3, WORDS, "stop", terminator="[DONE]"), books, bill()) == (
        "the client saw an answer that looks whole and is not, not the whole answer",
    )
    left = Expected(REPORTED.pairs, is_left=True)
    assert found(left, WHOLE, books, bill()) == ("the provider's connection was left open",)
    assert found(left, WHOLE, books, bill(left=True)) == ()
    unasked = Expected(((Shape.WHOLE, Charge.FREE),), is_asked=False)
    assert "a provider was asked" in found(unasked, WHOLE, booked(), bill())
    leaking = Seen(200, 5, WHOLE.text, "stop", terminator="[DONE]", leaks=True)
    assert found(REPORTED, leaking, books, bill()) == ("the answer names a key or a path of the server",)
