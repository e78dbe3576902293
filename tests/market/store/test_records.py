"""Records come back as they were known at a moment, lists as one batch, and nothing is ever shown as live again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cryptodesk.core.errors import InternalError
from cryptodesk.market.records import (
    CoinListing,
    DerivativesMarket,
    FundraisingRound,
    Profile,
    ProtocolTvl,
    Provenance,
    TrendingAsset,
)
from cryptodesk.market.store import RecordStore
from cryptodesk.storage.database import Database
from tests.market.databases import database, postgres_server
from tests.market.store.support import DAY, HOUR, NOON, coin, origin

__all__ = ["database", "postgres_server"]


@pytest.fixture
def store(database: Database) -> RecordStore:
    return RecordStore(database, ("first", "second"))


async def test_what_was_live_comes_back_as_a_snapshot_with_its_date_and_every_field(store: RecordStore) -> None:
    saved = coin(1, 0.1, rank=3, tags=("a", "b"), platform="ethereum", ath_time=NOON - DAY, infinite_supply=False)
    assert await store.save([saved], "first") == 1
    (found,) = (await store.find(CoinListing, [1])).records
    assert found.provenance == Provenance("somewhere", "snapshot", NOON)
    for field in CoinListing.__struct_fields__:
        if field != "provenance":
            assert getattr(found, field) == getattr(saved, field), field


@pytest.mark.parametrize("mode", ["snapshot", "simulated", "computed"])
async def test_other_modes_stay_what_they_are(store: RecordStore, mode: str) -> None:
    await store.save([coin(1, provenance=origin(mode=mode))], "first")  # type: ignore[arg-type]
    assert (await store.find(CoinListing, [1])).records[0].provenance.mode == mode


async def test_each_moment_sees_the_value_that_was_known_then(store: RecordStore) -> None:
    for hours in (0, 2, 4):
        await store.save([coin(1, float(hours), NOON + hours * HOUR)], "first")
    seen = {hours: (await store.find(CoinListing, ["1"], as_of=NOON + hours * HOUR)).records for hours in range(-1, 6)}
    assert seen[-1] == ()
    assert {hours: found[0].price for hours, found in seen.items() if found} == {0: 0, 1: 0, 2: 2, 3: 2, 4: 4, 5: 4}
    assert (await store.find(CoinListing, [1])).records[0].price == 4.0


async def test_a_value_that_became_known_late_is_not_seen_before(store: RecordStore) -> None:
    late = Provenance("somewhere", "snapshot", NOON, None, NOON + DAY)
    await store.save([coin(1, provenance=late)], "first")
    assert (await store.find(CoinListing, [1], as_of=NOON + DAY - timedelta(microseconds=1))).records == ()
    assert (await store.find(CoinListing, [1], as_of=NOON + DAY)).records[0].provenance.known_at == NOON + DAY


async def test_old_values_that_are_saved_later_do_not_hide_newer_ones(store: RecordStore) -> None:
    await store.save([coin(1, 2.0, NOON)], "first")
    await store.save([coin(1, 1.0, NOON - DAY)], "first")
    await store.save([coin(1, 0.5, provenance=Provenance("x", "snapshot", NOON - 2 * DAY, None, NOON + DAY))], "second")
    assert (await store.find(CoinListing, [1])).records[0].price == 2.0


async def test_the_same_moment_saved_again_is_a_correction(store: RecordStore) -> None:
    await store.save([coin(1, 1.0)], "first")
    await store.save([coin(1, 2.0)], "first")
    assert [record.price for record in (await store.find(CoinListing, [1])).records] == [2.0]


async def test_of_equally_new_values_the_source_named_first_is_believed(store: RecordStore) -> None:
    for source, price in (("second", 2.0), ("zeta", 3.0), ("first", 1.0)):
        await store.save([coin(1, price)], source)
    assert (await store.find(CoinListing, [1])).records[0].price == 1.0
    await store.save([coin(1, 4.0, NOON + HOUR)], "zeta")
    assert (await store.find(CoinListing, [1])).records[0].price == 4.0


async def test_currencies_are_never_mixed(store: RecordStore) -> None:
    await store.save([coin(1, 1.0), coin(1, 0.9, quote_currency="EUR")], "first")
    assert (await store.find(CoinListing, [1], quote_currency="eur")).records[0].price == 0.9
    assert (await store.find(CoinListing, [1], quote_currency="USD")).records[0].price == 1.0
    assert (await store.find(CoinListing, [1], quote_currency="GBP")).records == ()


async def test_a_list_is_one_batch_and_never_filled_up_from_another(store: RecordStore) -> None:
    await store.save([coin(number, 1.0) for number in range(200)], "first", is_list=True)
    await store.save([coin(number, 2.0, NOON + HOUR) for number in range(150)], "first", is_list=True)
    await store.save([coin(7, 3.0, NOON + 2 * HOUR)], "first")
    newest = (await store.find_list(CoinListing)).records
    assert [(record.asset_id, record.price) for record in newest] == [(number, 2.0) for number in range(150)]
    assert {record.price for record in (await store.find_list(CoinListing, as_of=NOON)).records} == {1.0}
    assert (await store.find_list(CoinListing, as_of=NOON - HOUR)).records == ()
    assert (await store.find(CoinListing, [7])).records[0].price == 3.0
    assert (await store.find(CoinListing, [180])).records[0].price == 1.0


async def test_a_first_page_that_was_saved_as_a_list_does_not_hide_the_whole(store: RecordStore) -> None:
    await store.save([coin(number, 1.0) for number in range(100)], "first", is_list=True)
    await store.save([coin(number, 2.0, NOON + HOUR) for number in range(10)], "first", is_list=True)
    assert len((await store.find_list(CoinListing)).records) == 100
    assert (await store.find(CoinListing, [3])).records[0].price == 2.0
    await store.save([coin(number, 3.0, NOON + 8 * DAY) for number in range(10)], "first", is_list=True)
    assert len((await store.find_list(CoinListing)).records) == 10


async def test_profiles_gather_though_they_were_saved_as_a_list(store: RecordStore) -> None:
    for number in (1, 2):
        profile = Profile(asset_class="coin", asset_id=str(number), name="n", provenance=origin(NOON + number * HOUR))
        await store.save([profile], "first", is_list=True)
    assert {record.asset_id for record in (await store.find_list(Profile)).records} == {"1", "2"}


async def test_a_list_with_one_late_row_is_not_seen_until_all_of_it_was_known(store: RecordStore) -> None:
    await store.save([coin(1, 1.0)], "first", is_list=True)
    await store.save([coin(1, 2.0, NOON + HOUR), coin(2, 2.0, NOON + DAY)], "first", is_list=True)
    assert [record.price for record in (await store.find_list(CoinListing, as_of=NOON + 2 * HOUR)).records] == [1.0]


async def test_without_a_whole_list_the_newest_of_each_key_are_given(store: RecordStore) -> None:
    raises = [
        FundraisingRound(project="a", announced_at=NOON, provenance=origin(), amount_usd=1.0),
        FundraisingRound(project="a", announced_at=NOON + DAY, provenance=origin(), amount_usd=2.0),
        FundraisingRound(project="a", announced_at=NOON, provenance=origin(NOON + HOUR), amount_usd=3.0),
    ]
    await store.save(raises, "first")
    assert sorted(record.amount_usd or 0 for record in (await store.find_list(FundraisingRound)).records) == [2.0, 3.0]
    assert sorted(
        record.amount_usd or 0 for record in (await store.find_list(FundraisingRound, as_of=NOON)).records
    ) == [1, 2]


async def test_a_list_read_before_is_answered_from_memory_and_a_newer_one_replaces_it(store: RecordStore) -> None:
    await store.save([coin(1)], "first", is_list=True)
    first = await store.find_list(CoinListing)
    assert (await store.find_list(CoinListing)) is first
    await store.save([coin(1, 2.0, NOON + HOUR)], "first", is_list=True)
    assert (await store.find_list(CoinListing)).records[0].price == 2.0
    assert (await store.find_list(CoinListing, as_of=NOON)) is first


async def test_a_record_is_found_by_its_entity_and_by_its_asset(store: RecordStore) -> None:
    await store.save([ProtocolTvl(slug="aave", name="Aave", provenance=origin(), asset_id=7278, tvl_usd=1.0)], "first")
    for asked in ("aave", 7278, "7278"):
        assert [record.slug for record in (await store.find(ProtocolTvl, [asked])).records] == ["aave"]
    assert (await store.find(ProtocolTvl, ["AAVE", 7])).records == ()


async def test_an_asset_has_all_its_keys(store: RecordStore) -> None:
    markets = [
        DerivativesMarket(asset_id=1, exchange=name, instrument="BTC", kind="perpetual", provenance=origin())
        for name in ("a", "b")
    ]
    await store.save(markets, "first")
    assert {record.exchange for record in (await store.find(DerivativesMarket, [1])).records} == {"a", "b"}


async def test_a_shorter_trending_list_is_not_filled_up_from_the_one_before(store: RecordStore) -> None:
    def place(position: int, name: str, hours: int) -> TrendingAsset:
        as_of = origin(NOON + hours * HOUR)
        return TrendingAsset(list_name="trending", position=position, name=name, symbol=name, provenance=as_of)

    await store.save([place(1, "a", 0), place(2, "b", 0)], "first")
    await store.save([place(1, "c", 1)], "first")
    assert [record.name for record in (await store.find(TrendingAsset, ["trending"])).records] == ["c"]


async def test_a_failure_half_way_saves_nothing(database: Database, store: RecordStore) -> None:
    await store.save([coin(1, 1.0)], "first")
    await database.write(lambda connection: connection.execute("DROP TABLE record_keys") and None)
    with pytest.raises(InternalError):
        await store.save([coin(1, 2.0)], "first")
    assert database.read("SELECT count(*) FROM record_batches") == [(1,)]


async def test_a_line_of_another_version_is_counted_and_left_out(database: Database, store: RecordStore) -> None:
    from cryptodesk.market.store.bodies import pack

    await store.save([coin(1), coin(2)], "first", is_list=True)
    body = pack(
        [
            b'{"asset_id": "what was"}',
            b'{"asset_id":2,"name":"n","symbol":"s","slug":"g","added_later":1,'
            b'"provenance":{"source":"x","mode":"live","as_of":"2026-03-02T12:00:00Z"}}',
        ]
    )
    await database.write(lambda connection: connection.execute("UPDATE record_pages SET body = ?", (body,)) and None)
    stored = await store.find_list(CoinListing)
    assert ([record.asset_id for record in stored.records], stored.unreadable) == ([2], 1)
    assert (await store.find(CoinListing, [1])).unreadable == 1


async def test_equal_provenances_and_tags_of_a_list_are_one_object(store: RecordStore) -> None:
    await store.save([coin(number, tags=("defi", "meme")) for number in range(3)], "first", is_list=True)
    one, two, _ = (await store.find_list(CoinListing)).records
    assert one.provenance is two.provenance
    assert one.tags is two.tags


async def test_forgetting_a_source_leaves_the_others(store: RecordStore) -> None:
    await store.save([coin(1)], "first", is_list=True)
    await store.save([coin(2)], "second", is_list=True)
    await store.forget("first")
    assert (await store.find(CoinListing, [1, 2])).records[0].asset_id == 2
    assert [holding.source for holding in store.holdings()] == ["second"]


async def test_holdings_count_rows_and_entities(store: RecordStore) -> None:
    await store.save([coin(1), coin(2)], "first", is_list=True)
    await store.save([coin(1, 2.0, NOON + DAY)], "first")
    (holding,) = store.holdings()
    assert (holding.kind, holding.mode, holding.rows, holding.entities) == ("CoinListing", "live", 3, 2)
    assert (holding.first, holding.last) == (NOON, NOON + DAY)
