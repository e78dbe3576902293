"""The failure contract in terms that can be checked: what a client may see, and what is charged for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from enum import StrEnum

from msgspec import Struct

from cryptodesk.core.generation import ModelPrice
from cryptodesk.core.ports import Entry
from cryptodesk.drills.answers import billed_usd
from cryptodesk.drills.provider import Bill
from cryptodesk.drills.script import ENDING, OPENING
from cryptodesk.drills.seen import Seen

__all__ = ["Booked", "Charge", "Expected", "Shape", "breaches_of", "shape_of"]

_TENTH = Decimal("0.1")


class Shape(StrEnum):
    """All that a client may ever see."""

    WHOLE = "the whole answer"
    STAND_IN = "the stand-in's whole answer"
    REFUSED = "an error and no answer"
    BROKEN = "words, then an error frame"
    FAILED = "an error frame and no words"
    SHORT = "words, then that it was cut short"
    TRACE = "the trace of a failed call"
    LEFT = "(it left)"
    UNREADABLE = "something that no client can read"
    MISLEADING = "an answer that looks whole and is not"


class Charge(StrEnum):
    """Of the calls that the fault struck. What the provider reported of the others is charged in any case, save where
    the whole run costs nothing."""

    REPORTED = "what the provider reported"
    ESTIMATED = "an estimate, marked"
    NOTHING = "nothing"
    FREE = "nothing, for the whole run"
    LOST = "nothing; the hold stays until it lapses"


class Expected(Struct, frozen=True):
    """Any of the pairs keeps the contract. `is_left` says that the provider's connection must be closed by us,
    `is_asked` that the provider is asked at all."""

    pairs: tuple[tuple[Shape, Charge], ...]
    is_left: bool = False
    is_asked: bool = True

    def charge_of(self, shape: Shape) -> Charge:
        """What is charged where the client saw `shape`, which may be one that breaks the contract."""
        return next((charge for kept, charge in self.pairs if kept is shape), self.pairs[0][1])


class Booked(Struct, frozen=True):
    """What the ledger has of a run: its entries, holds and releases, and the total that its receipt tells by id; None
    where no run began."""

    entries: tuple[Entry, ...] = ()
    holds: tuple[Entry, ...] = ()
    receipt_usd: Decimal | None = None

    @property
    def total_usd(self) -> Decimal:
        return sum((entry.amount_usd for entry in self.entries), Decimal(0))

    @property
    def held_usd(self) -> Decimal:
        return sum((hold.amount_usd for hold in self.holds if hold.kind == "hold"), Decimal(0))

    @property
    def is_estimated(self) -> bool:
        return any(entry.usage_is_estimated for entry in self.entries)

    @property
    def outcome(self) -> str:
        return next((entry.outcome for entry in (*self.holds, *self.entries)[::-1] if entry.kind != "hold"), "")


def shape_of(seen: Seen | None) -> Shape:
    if seen is None:
        return Shape.LEFT
    if seen.status >= 400:
        return Shape.REFUSED if seen.error and not seen.text else Shape.UNREADABLE
    if not seen.terminator or seen.status != 200:
        return Shape.UNREADABLE
    if seen.error:
        words = Shape.BROKEN if seen.text else Shape.FAILED
        return Shape.MISLEADING if seen.finish else words
    if seen.is_told_short:
        return Shape.SHORT
    if seen.finish == "tool_calls":
        return Shape.TRACE if seen.failed_tools else Shape.UNREADABLE
    return _shape_of_text(seen)


def _shape_of_text(seen: Seen) -> Shape:
    if seen.finish != "stop" or not seen.text:
        return Shape.UNREADABLE
    if ENDING in seen.text:
        return Shape.WHOLE
    return Shape.MISLEADING if OPENING in seen.text else Shape.STAND_IN


def breaches_of(
    expected: Expected,
    seen: Seen | None,
    booked: Booked,
    bills: Sequence[Bill],
    prices: dict[str, ModelPrice],
) -> tuple[str, ...]:
    """In what the contract was broken, in words; empty where it was kept. `prices` are by upstream model."""
    found: list[str] = []
    shape = shape_of(seen)
    charge = expected.charge_of(shape)
    if shape not in dict(expected.pairs):
        wanted = " or ".join(dict(expected.pairs))
        found.append(f"the client saw {shape}, not {wanted}")
    if seen is not None and seen.leaks:
        found.append("the answer names a key or a path of the server")
    if bool(bills) != expected.is_asked:
        found.append("no provider was asked" if expected.is_asked else "a provider was asked")
    if expected.is_left and not any(bill.was_left for bill in bills):
        found.append("the provider's connection was left open")
    if charge is Charge.LOST:
        return (*found, *([] if not booked.entries else ["something was charged"]))
    return (*found, *_money(charge, booked, bills, prices), *_books(booked))


def _money(charge: Charge, booked: Booked, bills: Sequence[Bill], prices: dict[str, ModelPrice]) -> Iterator[str]:
    charged = [entry for entry in booked.entries if entry.kind == "charge" and entry.served_by in prices]
    if charge is Charge.FREE:
        if charged:
            yield f"{booked.total_usd} USD were charged, not nothing"
        return
    reported = [billed_usd(prices[bill.model], bill.counted) for bill in _reported(charge, bills)]
    exact = [entry.amount_usd for entry in charged if not entry.usage_is_estimated]
    if Counter(map(Decimal.normalize, exact)) != Counter(map(Decimal.normalize, reported)):
        yield f"charged {_listed(exact)} USD where the provider reported {_listed(reported)}"
    estimated = [entry.amount_usd for entry in charged if entry.usage_is_estimated]
    if len(estimated) != (charge is Charge.ESTIMATED):
        yield f"{len(estimated)} estimates, not {int(charge is Charge.ESTIMATED)}"
    if estimated and not Decimal(0) < sum(estimated, Decimal(0)) <= booked.held_usd:
        yield f"the estimate of {_listed(estimated)} USD is not within the {booked.held_usd} held"


def _reported(charge: Charge, bills: Sequence[Bill]) -> list[Bill]:
    """The calls whose count the desk was told of. Of those that were struck only where that is what is charged."""
    counts_struck = charge is Charge.REPORTED
    return [bill for bill in bills if bill.is_reported and (counts_struck or not bill.is_struck)]


def _books(booked: Booked) -> Iterator[str]:
    """What holds for every run, however it ended."""
    if sum((hold.amount_usd for hold in booked.holds), Decimal(0)):
        yield "what was held was not given back"
    if booked.receipt_usd is not None and booked.receipt_usd != booked.total_usd:
        yield f"the receipt says {booked.receipt_usd} USD and the ledger {booked.total_usd}"
    if booked.receipt_usd is None and booked.holds:
        yield "the receipt cannot be read by the run's id"
    charges = {entry.entry_id: entry for entry in booked.entries if entry.kind == "charge"}
    for entry in booked.entries:
        base = charges.get(entry.entry_id.removesuffix("surcharge") + "charge")
        if entry.kind == "surcharge" and (base is None or _is_wrong(entry, base)):
            yield f"the surcharge {entry.amount_usd} USD is no tenth of its charge"


def _is_wrong(surcharge: Entry, base: Entry) -> bool:
    return not surcharge.usage_is_estimated and surcharge.amount_usd != base.amount_usd * _TENTH


def _listed(amounts: Iterable[Decimal]) -> str:
    return " + ".join(format(amount, "f") for amount in amounts) or "nothing"
