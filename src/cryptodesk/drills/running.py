"""The drill: every fault through every way in on every wire, and what came of it beside the contract."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from itertools import count

import aiohttp
from msgspec import Struct, structs

from cryptodesk.core.ports import Entry
from cryptodesk.drills import plays
from cryptodesk.drills.answers import billed_usd
from cryptodesk.drills.catalogue import Served
from cryptodesk.drills.client import ask, ask_and_leave, read_receipt
from cryptodesk.drills.contract import Booked, Charge, Expected, breaches_of, shape_of
from cryptodesk.drills.deployment import Deployment, deployed
from cryptodesk.drills.dialects import WAYS_IN
from cryptodesk.drills.faults import FAULTS, Fault, Place
from cryptodesk.drills.provider import Bill, Play, marked
from cryptodesk.drills.records import DrillReport, DrillRow
from cryptodesk.drills.seen import Seen
from cryptodesk.ledger.reconciling import check_books
from cryptodesk.settings import Settings

__all__ = ["run_drills"]

_QUESTION = "What is the price of Bitcoin?"
_AT_ONCE = 8
_SETTLE_SECONDS = 5.0
_LOOK_SECONDS = 0.01
_ACCOUNT = "drill"

OnRow = Callable[[DrillRow], None]


class Case(Struct, frozen=True):
    number: int
    fault: Fault
    place: Place
    served: Served


async def run_drills(own: Settings, only: Sequence[str] = (), on_row: OnRow = lambda _: None) -> DrillReport:
    """Rows stand in the order of the faults. `only` names faults; all of them where it is empty.

    Raises: CatalogError, SettingsError, LookupError as `deployed`."""
    began = time.perf_counter()
    async with deployed(own) as deployment, aiohttp.ClientSession() as session:
        drill = _Drill(deployment, session, on_row)
        chosen = [fault for fault in FAULTS if not only or fault.name in only]
        rows = await drill.run(chosen)
        books = check_books(deployment.desk.database)
    return DrillReport(rows, books, time.perf_counter() - began)


class _Drill:
    def __init__(self, deployment: Deployment, session: aiohttp.ClientSession, on_row: OnRow) -> None:
        self._deployment = deployment
        self._session = session
        self._on_row = on_row
        self._numbers = count(1)
        self._slots = asyncio.Semaphore(_AT_ONCE)

    async def run(self, faults: Sequence[Fault]) -> tuple[DrillRow, ...]:
        cases = [case for fault in faults for case in self._cases(fault)]
        await self._warm_up(cases)
        # What only waits is no burden to the others; what befalls the whole desk has it for itself.
        side_by_side = [case for case in cases if case.fault.circumstance in ("usual", "lasts")]
        alone = [case for case in cases if case.fault.circumstance not in ("usual", "lasts")]
        done = await asyncio.gather(*map(self._in_turn, side_by_side))
        rows = {case.number: row for case, row in zip(side_by_side, done, strict=True)}
        for case in sorted(alone, key=lambda case: case.fault.circumstance == "filling_store"):
            rows[case.number] = await self._row(case)
        return tuple(rows[case.number] for case in cases)

    def _cases(self, fault: Fault) -> Iterator[Case]:
        deployment = self._deployment
        for way in WAYS_IN:
            for served in (deployment.researcher,) if way.is_research else deployment.served.values():
                place = Place(way, served.wire, served.stands_in, deployment.retries)
                for at in fault.at(place) if fault.applies(place) else ():
                    yield Case(next(self._numbers), fault, structs.replace(place, at=at), served)

    async def _warm_up(self, cases: Sequence[Case]) -> None:
        """What is loaded at its first use takes longer than a drill's run may."""
        desk = self._deployment.desk
        if any(case.place.way.is_research for case in cases):
            await desk.call_tool("cmc_content_search", '{"query": "bitcoin", "limit": 1}')
            await desk.break_ties(_QUESTION)

    async def _in_turn(self, case: Case) -> DrillRow:
        if case.fault.circumstance == "lasts":
            return await self._row(case)
        async with self._slots:
            return await self._row(case)

    async def _row(self, case: Case) -> DrillRow:
        row = await self._play(case)
        self._on_row(row)
        return row

    async def _play(self, case: Case) -> DrillRow:
        deployment, fault = self._deployment, case.fault
        key, record = await asyncio.to_thread(
            deployment.desk.keys.create, f"drill {case.number}", _ACCOUNT, deployment.clock.now()
        )
        way = case.place.way
        waits = deployment.provider.expect(case.number, self._play_of(case), fault.strikes, is_research=way.is_research)
        body = way.body(marked(_QUESTION, case.number), case.served.model_id, lists_tool=fault.strikes == "gather")
        if fault.circumstance == "full_store":
            await deployment.disk.fill()
        try:
            seen = await self._ask(case, body, key, waits)
            expected = fault.expects(case.place)
            booked = await self._booked(record.key_id, key, expected)
        finally:
            deployment.clock.put_right()
            if fault.circumstance in ("full_store", "filling_store"):
                await deployment.disk.free()
        return _row_of(case, seen, booked, deployment.provider.bills(case.number), expected)

    def _play_of(self, case: Case) -> Play:
        play = case.fault.play(case.place)
        if play is not None:
            return play
        deployment = self._deployment
        return plays.then(deployment.clock.jump if case.fault.circumstance == "clock" else deployment.disk.fill)

    async def _ask(self, case: Case, body: dict[str, object], key: str, waits: asyncio.Event) -> Seen | None:
        url = self._deployment.url + case.place.way.path
        if case.fault.client_leaves:
            await ask_and_leave(self._session, url, body, key, waits)
            return None
        return await ask(self._session, url, body, key, (str(self._deployment.desk.settings.home),))

    async def _booked(self, key_id: str, key: str, expected: Expected) -> Booked:
        """What the ledger has once the run is settled."""
        ledger = self._deployment.ledger
        deadline = asyncio.get_running_loop().time() + _SETTLE_SECONDS
        while True:
            holds = ledger.holds(key_id=key_id)
            is_settled = bool(holds) and len(holds) % 2 == 0
            is_over = not expected.is_asked or any(charge is Charge.LOST for _, charge in expected.pairs)
            if is_settled or is_over or asyncio.get_running_loop().time() > deadline:
                break
            await asyncio.sleep(_LOOK_SECONDS)
        entries = ledger.entries(key_id=key_id)
        return Booked(entries, holds, await self._receipt(holds, key))

    async def _receipt(self, holds: Sequence[Entry], key: str) -> Decimal | None:
        if not holds:
            return None
        found = await read_receipt(self._session, self._deployment.url, holds[0].run_id, key)
        return None if found is None else Decimal(found["total_usd"])


def _row_of(case: Case, seen: Seen | None, booked: Booked, bills: Sequence[Bill], expected: Expected) -> DrillRow:
    prices, varies = case.served.prices, len(case.fault.at(case.place)) > 1
    return DrillRow(
        fault=case.fault.name,
        way=case.place.way.name,
        wire=case.place.wire.kind,
        model_id=case.served.model_id,
        at=case.place.at if varies else None,
        saw=str(shape_of(seen)),
        status=None if seen is None else seen.status,
        frames=None if seen is None else seen.frames,
        terminator="" if seen is None else seen.terminator,
        error="" if seen is None else seen.error,
        asked=len(bills),
        charged=_charged(booked),
        charged_usd=booked.total_usd,
        is_estimated=booked.is_estimated,
        billed=_billed(bills),
        billed_usd=sum((billed_usd(prices[bill.model], bill.counted) for bill in bills), Decimal(0)),
        outcome=booked.outcome,
        breaches=breaches_of(expected, seen, booked, bills, prices),
    )


def _charged(booked: Booked) -> str:
    charges = [entry for entry in booked.entries if entry.kind == "charge" and entry.amount_usd]
    estimated = sum(entry.usage_is_estimated for entry in charges)
    if not charges:
        return "nothing, still held" if booked.holds and len(booked.holds) % 2 else "nothing"
    if not estimated:
        return "as reported"
    return "estimated, marked" if estimated == len(charges) else "as reported, one call estimated and marked"


def _billed(bills: Sequence[Bill]) -> str:
    """Of the calls that the fault struck."""
    struck = [bill for bill in bills if bill.is_struck]
    if not struck:
        return "not asked" if not bills else "all, reported"
    if struck[-1].is_reported:
        return "all, reported"
    return "what it wrote, not reported" if struck[-1].counted.input_tokens else "nothing"
