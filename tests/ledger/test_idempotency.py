"""Answers under a client's own key: one attempt runs, its answer is had again, nobody else's is."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from cryptodesk.ledger.idempotency import AnswerClaim, AnswerStore, StoredAnswer
from cryptodesk.storage.database import Database

ANSWER = StoredAnswer(200, ((b"content-type", b"application/json"), (b"x", b"\xff")), b'{"a":1}')


@pytest.fixture
def store(database: Database) -> AnswerStore:
    return AnswerStore(database, retention_seconds=1000)


def claim(number: int = 1, **changes: Any) -> AnswerClaim:
    facts: dict[str, Any] = {
        "key_id": "key1",
        "name": "mine",
        "request_hash": b"h",
        "claim_id": f"c{number}",
        "now": 100.0,
        "lapses_at": 200.0,
    }
    return AnswerClaim(**{**facts, **changes})


async def test_a_finished_answer_is_had_again_byte_for_byte(store: AnswerStore) -> None:
    assert await store.begin(claim()) == "begun"
    await store.finish(claim(), ANSWER)
    assert await store.begin(claim(2)) == ANSWER


async def test_of_many_attempts_at_once_one_begins(store: AnswerStore) -> None:
    found = await asyncio.gather(*(store.begin(claim(number)) for number in range(20)))
    assert sorted(map(str, found)) == ["begun"] + ["running"] * 19


async def test_another_request_under_the_same_key_is_told_so(store: AnswerStore) -> None:
    await store.begin(claim())
    assert await store.begin(claim(2, request_hash=b"other")) == "other"
    await store.finish(claim(), ANSWER)
    assert await store.begin(claim(3, request_hash=b"other")) == "other"
    assert await store.begin(claim(4, key_id="key2", request_hash=b"other")) == "begun"


async def test_a_failed_attempt_leaves_the_key_free(store: AnswerStore) -> None:
    await store.begin(claim())
    await store.forget(claim())
    assert await store.begin(claim(2, request_hash=b"other")) == "begun"


async def test_a_lapsed_attempt_is_taken_over_and_its_late_end_changes_nothing(store: AnswerStore) -> None:
    await store.begin(claim())
    assert await store.begin(claim(2, now=200.0, lapses_at=300.0)) == "begun"
    await store.finish(claim(), ANSWER)
    await store.forget(claim())
    assert await store.begin(claim(3, now=201.0)) == "running"


async def test_a_finished_answer_outlives_its_claim_until_its_retention_ends(
    store: AnswerStore, database: Database
) -> None:
    await store.begin(claim())
    await store.finish(claim(), ANSWER)
    await store.forget(claim())
    assert await store.begin(claim(2, now=1099.0, lapses_at=1200.0)) == ANSWER
    assert await store.purge_expired(1099.0) == 0
    assert await store.begin(claim(3, now=1100.0, lapses_at=1200.0, request_hash=b"new")) == "begun"
    assert await store.purge_expired(2150.0) == 1
    assert database.read("SELECT * FROM idempotent_answers") == []
