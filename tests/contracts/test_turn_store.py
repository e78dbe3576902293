"""What every `TurnStore` keeps to, whatever it is built on."""

from __future__ import annotations

import asyncio

import pytest

from cryptodesk.core.errors import TurnCompleted, TurnNotFound
from cryptodesk.core.messages import Message, TextPart, ToolCallPart, ToolResultPart, text_message
from cryptodesk.core.ports import Claim, StoredTurn, TurnStore
from cryptodesk.core.tools import ToolSpec
from cryptodesk.state.migrations import COMPONENT, MIGRATIONS
from cryptodesk.state.turns import DatabaseTurnStore
from cryptodesk.storage.database import Database
from tests.contracts.databases import database, postgres_server

__all__ = ["database", "postgres_server"]

RETENTION_SECONDS = 3600.0
NOW = 1_790_000_000.0
LAPSES_AT = NOW + 120

Stores = tuple[Database, TurnStore]


@pytest.fixture
def stores(database: Database) -> Stores:
    database.migrate(COMPONENT, MIGRATIONS)
    return database, DatabaseTurnStore(database, retention_seconds=RETENTION_SECONDS)


def a_turn(turn_id: str = "t1", **changes: object) -> StoredTurn:
    facts: dict[str, object] = {
        "turn_id": turn_id,
        "key_id": "key1",
        "state": "built_in_open",
        "created_at": NOW,
        "messages": (text_message("user", "What is Bitcoin?"),),
    }
    return StoredTurn(**{**facts, **changes})  # type: ignore[arg-type]


async def save(stores: Stores, *turns: StoredTurn) -> None:
    database, store = stores
    batch = database.batch()
    for turn in turns:
        store.save(batch, turn)
    await batch.commit()


async def claim(
    stores: Stores, turn_id: str = "t1", key_id: str = "key1", *, claim_id: str = "c1", now: float = NOW
) -> Claim:
    return await stores[1].claim(turn_id, key_id, claim_id=claim_id, now=now, lapses_at=now + 120)


async def consume(stores: Stores, held: Claim, *, completes: bool) -> None:
    database, store = stores
    batch = database.batch()
    store.consume(batch, held, completes=completes)
    await batch.commit()


async def test_a_claim_brings_the_turn_back_exactly_as_it_was_saved(stores: Stores) -> None:
    turn = a_turn(
        state="client_open",
        messages=(
            text_message("system", "Be brief. \U0001f600 \u2028 \x00 <end>"),
            Message("user", (TextPart(""), TextPart("Price?"))),
            Message("assistant", (ToolCallPart("call_1", "lookup", '{"broken": '),)),
            Message("tool", (ToolResultPart("call_1", "1.5", "lookup", is_error=True),)),
        ),
        built_in_tools=("cmc_market_data", "cmc_math_eval"),
        client_tools=(
            ToolSpec("lookup", "Looks up.", {"type": "object", "properties": {"n": {"maximum": 1.5}}}, strict=True),
        ),
        pending_call_ids=("call_2", "call_3"),
    )
    await save(stores, turn)
    assert await claim(stores) == Claim("c1", turn)


async def test_an_unknown_turn_is_not_found(stores: Stores) -> None:
    with pytest.raises(TurnNotFound) as caught:
        await claim(stores, "nobody")
    assert caught.value.turn_id == "nobody"


async def test_another_keys_turn_is_not_found_and_stays_claimable_by_its_own(stores: Stores) -> None:
    await save(stores, a_turn())
    with pytest.raises(TurnNotFound):
        await claim(stores, key_id="key2")
    assert (await claim(stores)).turn.key_id == "key1"


async def test_another_keys_completed_turn_is_not_found_either(stores: Stores) -> None:
    await save(stores, a_turn(state="completed"))
    with pytest.raises(TurnNotFound):
        await claim(stores, key_id="key2")


async def test_a_turn_that_was_completed_when_saved_cannot_be_claimed(stores: Stores) -> None:
    await save(stores, a_turn(state="completed"))
    with pytest.raises(TurnCompleted, match=r"^conversation is already completed$"):
        await claim(stores)


async def test_a_turn_is_kept_for_its_retention_and_not_a_moment_longer(stores: Stores) -> None:
    await save(stores, a_turn("young"), a_turn("old"))
    await claim(stores, "young", now=NOW + RETENTION_SECONDS - 0.001)
    with pytest.raises(TurnNotFound):
        await claim(stores, "old", now=NOW + RETENTION_SECONDS)


async def test_of_many_claims_at_once_exactly_one_wins(stores: Stores) -> None:
    await save(stores, a_turn())
    outcomes = await asyncio.gather(
        *(claim(stores, claim_id=f"c{number}") for number in range(50)), return_exceptions=True
    )
    won = [outcome for outcome in outcomes if isinstance(outcome, Claim)]
    lost = [outcome for outcome in outcomes if isinstance(outcome, TurnCompleted)]
    assert (len(won), len(lost)) == (1, 49)


async def test_claims_of_different_turns_do_not_hinder_each_other(stores: Stores) -> None:
    await save(stores, *(a_turn(f"t{number}") for number in range(30)))
    claims = await asyncio.gather(*(claim(stores, f"t{number}", claim_id=f"c{number}") for number in range(30)))
    assert [held.turn.turn_id for held in claims] == [f"t{number}" for number in range(30)]


async def test_the_same_claim_id_does_not_win_twice(stores: Stores) -> None:
    await save(stores, a_turn())
    await claim(stores)
    with pytest.raises(TurnCompleted):
        await claim(stores)


async def test_a_released_claim_may_be_taken_again(stores: Stores) -> None:
    await save(stores, a_turn())
    await stores[1].release(await claim(stores))
    assert (await claim(stores, claim_id="c2")).claim_id == "c2"


async def test_releasing_twice_does_no_harm_to_the_next_holder(stores: Stores) -> None:
    await save(stores, a_turn())
    first = await claim(stores)
    await stores[1].release(first)
    await claim(stores, claim_id="c2")
    await stores[1].release(first)
    with pytest.raises(TurnCompleted):
        await claim(stores, claim_id="c3")


async def test_a_claim_holds_until_the_moment_it_lapses(stores: Stores) -> None:
    await save(stores, a_turn())
    await claim(stores)
    with pytest.raises(TurnCompleted):
        await claim(stores, claim_id="c2", now=LAPSES_AT - 0.001)
    assert (await claim(stores, claim_id="c3", now=LAPSES_AT)).claim_id == "c3"


async def test_of_many_claims_of_a_lapsed_one_exactly_one_wins(stores: Stores) -> None:
    await save(stores, a_turn())
    await claim(stores)
    outcomes = await asyncio.gather(
        *(claim(stores, claim_id=f"n{number}", now=LAPSES_AT) for number in range(20)), return_exceptions=True
    )
    assert sum(isinstance(outcome, Claim) for outcome in outcomes) == 1


async def test_of_a_turn_that_was_never_stored_the_store_asks_whether_its_run_was_answered(database: Database) -> None:
    database.migrate(COMPONENT, MIGRATIONS)
    asked: list[tuple[str, str, float]] = []

    async def was_answered(run_id: str, key_id: str, since: float) -> bool:
        asked.append((run_id, key_id, since))
        return run_id == "t2"

    store = DatabaseTurnStore(database, retention_seconds=RETENTION_SECONDS, was_answered=was_answered)
    await save((database, store), a_turn())
    with pytest.raises(TurnCompleted, match=r"^conversation is already completed$"):
        await claim((database, store), "t2")
    with pytest.raises(TurnNotFound):
        await claim((database, store), "t3")
    await claim((database, store), "t1")
    assert asked == [(turn_id, "key1", NOW - RETENTION_SECONDS) for turn_id in ("t2", "t3")]


async def test_a_consumed_turn_is_completed_for_good(stores: Stores) -> None:
    await save(stores, a_turn())
    await consume(stores, await claim(stores), completes=True)
    for now in (NOW, LAPSES_AT + 1):
        with pytest.raises(TurnCompleted):
            await claim(stores, claim_id="c2", now=now)


async def test_a_follow_up_that_was_cut_short_leaves_the_turn_open(stores: Stores) -> None:
    await save(stores, a_turn())
    await consume(stores, await claim(stores), completes=False)
    assert (await claim(stores, claim_id="c2")).turn == a_turn()


async def test_a_lapsed_claim_that_is_consumed_late_completes_the_turn(stores: Stores) -> None:
    await save(stores, a_turn())
    slow = await claim(stores)
    quick = await claim(stores, claim_id="c2", now=LAPSES_AT)
    await consume(stores, slow, completes=True)
    await stores[1].release(quick)
    with pytest.raises(TurnCompleted):
        await claim(stores, claim_id="c3", now=LAPSES_AT)


async def test_a_lapsed_claim_that_was_cut_short_does_not_open_the_next_holders(stores: Stores) -> None:
    await save(stores, a_turn())
    slow = await claim(stores)
    await claim(stores, claim_id="c2", now=LAPSES_AT)
    await consume(stores, slow, completes=False)
    with pytest.raises(TurnCompleted):
        await claim(stores, claim_id="c3", now=LAPSES_AT + 1)


async def test_nothing_happens_before_the_batch_is_committed(stores: Stores) -> None:
    database, store = stores
    await save(stores, a_turn())
    held = await claim(stores)
    batch = database.batch()
    store.save(batch, a_turn("t2"))
    store.consume(batch, held, completes=True)
    with pytest.raises(TurnNotFound):
        await claim(stores, "t2")
    await store.release(held)
    assert (await claim(stores, claim_id="c2")).claim_id == "c2"


async def test_a_follow_up_and_its_consumption_are_one_write(stores: Stores) -> None:
    database, store = stores
    await save(stores, a_turn())
    held = await claim(stores)
    batch = database.batch()
    store.consume(batch, held, completes=True)
    store.save(batch, a_turn("t2", state="completed"))
    await batch.commit()
    for turn_id in ("t1", "t2"):
        with pytest.raises(TurnCompleted):
            await claim(stores, turn_id, claim_id="c2")
