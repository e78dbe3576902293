"""What a run waits for in the store."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import pytest

from cryptodesk.app.tracing.stores import StoreSpans, TracedDatabase, TracedHolds, TracedTurns
from cryptodesk.core.errors import InternalError, OutOfCredit, TurnCompleted
from cryptodesk.storage.database import Statement
from tests.app.tracing.support import Kept

ANY = cast("Any", None)


class Store:
    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.written: list[Statement] = []

    async def write_statements(self, statements: Sequence[Statement]) -> None:
        if self.error is not None:
            raise self.error
        self.written += statements


async def commit(kept: Kept, store: Store) -> None:
    batch = TracedDatabase(cast("Any", store), StoreSpans(kept.spans, "postgresql")).batch()
    batch.add("INSERT INTO t VALUES (?)", ("CANARY",))
    batch.add("INSERT INTO t VALUES (?)", ("CANARY",))
    await batch.commit()


async def test_a_commit_is_told_by_its_size_and_database_and_not_by_its_values() -> None:
    kept, store = Kept(), Store()
    await commit(kept, store)
    assert len(store.written) == 2
    assert kept.of("store commit") == {
        "db.system.name": "postgresql",
        "db.operation.name": "commit",
        "db.operation.batch.size": 2,
    }
    assert not kept.failed("store commit")


@pytest.mark.parametrize(
    ("error", "code"), [(InternalError("CANARY"), "internal_error"), (OSError(), "internal_error")]
)
async def test_a_commit_that_fails_ends_its_span(error: Exception, code: str) -> None:
    kept = Kept()
    with pytest.raises(type(error)):
        await commit(kept, Store(error))
    assert (kept.failed("store commit"), kept.of("store commit")["error.type"]) == (True, code)
    assert "CANARY" not in kept.ended["store commit"].to_json()


async def test_a_hold_that_is_refused_and_a_turn_that_is_taken_are_told_by_their_codes() -> None:
    class Refusing:
        release = consume = save = staticmethod(lambda *_: "passed on")

        async def reserve(self, wanted: Any) -> Any:
            raise OutOfCredit("CANARY")

        async def claim(self, turn_id: str, key_id: str, **_: Any) -> Any:
            raise TurnCompleted("CANARY")

    kept, inner = Kept(), cast("Any", Refusing())
    stores = StoreSpans(kept.spans, "sqlite")
    holds, turns = TracedHolds(inner, stores), TracedTurns(inner, stores)
    with pytest.raises(OutOfCredit):
        await holds.reserve(ANY)
    with pytest.raises(TurnCompleted):
        await turns.claim("t", "CANARY-key", claim_id="c", now=0.0, lapses_at=1.0)
    assert kept.of("store reserve")["error.type"] == OutOfCredit.code
    assert kept.of("store claim")["error.type"] == TurnCompleted.code
    assert holds.release(ANY, ANY, ANY, "finished") == turns.save(ANY, ANY) == "passed on"  # type: ignore[func-returns-value]


async def test_a_turn_that_is_given_back_is_a_span() -> None:
    released: list[Any] = []

    class Turns:
        consume = save = None

        async def release(self, claim: Any) -> None:
            released.append(claim)

    kept = Kept()
    await TracedTurns(cast("Any", Turns()), StoreSpans(kept.spans, "sqlite")).release(cast("Any", "claim"))
    assert released == ["claim"]
    assert "store release" in kept.ended
