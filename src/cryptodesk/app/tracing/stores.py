"""Spans of what a run waits for in the store: its commits, holds and the turns it follows up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from cryptodesk.app.tracing.spans import Attribute, Spans, active
from cryptodesk.core.errors import CryptodeskError
from cryptodesk.core.money import Hold, Holds, HoldWanted
from cryptodesk.core.ports import Claim, TurnStore
from cryptodesk.observing.ports import WritableDatabase
from cryptodesk.storage.database import Statement, StatementBatch

__all__ = ["StoreSpans", "TracedDatabase", "TracedHolds", "TracedTurns"]


class StoreSpans:
    """`system` is the database's name in the semantic conventions."""

    def __init__(self, spans: Spans, system: str) -> None:
        self._spans = spans
        self._system = system

    @contextmanager
    def within(self, operation: str, **attributes: Attribute) -> Iterator[None]:
        told = {"db.system.name": self._system, "db.operation.name": operation, **attributes}
        span = self._spans.start(f"store {operation}", "client", told)
        try:
            with active(span):
                yield
        except CryptodeskError as error:
            span.fail(error.code)
            raise
        except Exception:
            span.fail("internal_error")
            raise
        finally:
            span.end()


class TracedDatabase:
    """A commit's span ends when it is on disk; `db.operation.batch.size` counts its statements, those of concurrent
    runs in the same transaction left out."""

    def __init__(self, database: WritableDatabase, spans: StoreSpans) -> None:
        self._database = database
        self._spans = spans

    def batch(self) -> StatementBatch:
        return StatementBatch(self)

    async def write_statements(self, statements: Sequence[Statement]) -> None:
        with self._spans.within("commit", **{"db.operation.batch.size": len(statements)}):
            await self._database.write_statements(statements)


class TracedHolds:
    def __init__(self, holds: Holds, spans: StoreSpans) -> None:
        self._holds = holds
        self._spans = spans
        self.release = holds.release

    async def reserve(self, wanted: HoldWanted) -> Hold:
        with self._spans.within("reserve"):
            return await self._holds.reserve(wanted)


class TracedTurns:
    def __init__(self, turns: TurnStore, spans: StoreSpans) -> None:
        self._turns = turns
        self._spans = spans
        self.consume, self.save = turns.consume, turns.save

    async def claim(self, turn_id: str, key_id: str, *, claim_id: str, now: float, lapses_at: float) -> Claim:
        with self._spans.within("claim"):
            return await self._turns.claim(turn_id, key_id, claim_id=claim_id, now=now, lapses_at=lapses_at)

    async def release(self, claim: Claim) -> None:
        with self._spans.within("release"):
            await self._turns.release(claim)
