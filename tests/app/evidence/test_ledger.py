"""A run's lines with their places in the chain of hashes: the same in every database, and followed by hand."""

from __future__ import annotations

from hashlib import sha256

from cryptodesk.app.evidence.ledger import load_sealed_lines
from cryptodesk.ledger.holds import HoldDesk
from cryptodesk.ledger.migrations import COMPONENT, MIGRATIONS
from cryptodesk.ledger.seals import Sealer, verify
from cryptodesk.storage.database import Database
from tests.contracts.databases import database, postgres_server
from tests.ledger.support import NOW, MovableClock, a_charge, record, record_before_notes, settle, wants

__all__ = ["database", "postgres_server"]


async def test_each_line_is_followed_to_the_head_of_its_seal(database: Database) -> None:
    database.migrate(COMPONENT, MIGRATIONS)
    await record(database, a_charge("r1", "0.1"), a_charge("r2", "0.2"))
    await Sealer(database, NOW.timestamp).seal()
    desk, wanted = HoldDesk(database, MovableClock()), wants("r3", "0.5")
    await settle(database, desk, wanted, await desk.reserve(wanted), a_charge("r3", "0.3"), a_charge("r4", "0.4"))
    await Sealer(database, NOW.timestamp).seal()
    charge, hold, release = load_sealed_lines(database, "r3")
    assert [(line["kind"], line["amount_usd"]) for line in (charge, hold, release)] == [
        ("charge", "0.3"),
        ("hold", "0.5"),
        ("release", "-0.5"),
    ]
    seal = charge["seal"]
    assert seal["text"].startswith(f"3|{b'r3:0:charge'.hex().upper()}|")
    assert sha256(bytes.fromhex(seal["before"]) + seal["text"].encode()).hexdigest() == seal["after"]
    assert (seal["number"], seal["head"]) == (2, verify(database, "entries").head)
    assert hold["seal"]["after"] == release["seal"]["before"]
    assert release["seal"]["after"] == release["seal"]["head"] == verify(database, "holds").head


async def test_a_line_that_is_not_sealed_yet_has_no_place(database: Database) -> None:
    database.migrate(COMPONENT, MIGRATIONS)
    await record(database, a_charge("r1", "0.1"))
    (line,) = load_sealed_lines(database, "r1")
    assert (line["run_id"], line["seal"]) == ("r1", None)


async def test_a_line_that_was_sealed_before_entries_had_notes_is_followed_too(database: Database) -> None:
    await record_before_notes(database, a_charge("r1", "0.1"), a_charge("r2", "0.2"))
    database.migrate(COMPONENT, MIGRATIONS)
    first, last = (load_sealed_lines(database, run_id)[0]["seal"] for run_id in ("r1", "r2"))
    assert first["before"] == bytes(32).hex()
    assert sha256(bytes.fromhex(first["before"]) + first["text"].encode()).hexdigest() == last["before"]
    assert sha256(bytes.fromhex(last["before"]) + last["text"].encode()).hexdigest() == last["after"]
    assert last["after"] == last["head"] == first["head"] == verify(database, "entries").head
