"""One clock for names: what became of an asset later, and assets that came later, are unknown before."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime
from pathlib import Path

from msgspec import structs

from cryptodesk.core.clock import FixedClock
from cryptodesk.market.feeds.layered import LayeredFeed
from cryptodesk.market.feeds.stored import StoredFeed
from cryptodesk.market.identity.directory import AssetDirectory
from cryptodesk.market.records import Asset, AssetChange
from cryptodesk.tools import ToolServices
from tests.market.store.support import open_database
from tests.system import planting
from tests.system.questions import SAMPLES, answer_all, assert_same, cases
from tests.tools.fakes import ASSETS

THEN, LATER = datetime(2026, 3, 10, 12, tzinfo=UTC), datetime(2027, 6, 1, tzinfo=UTC)
ASKED = cases({**SAMPLES, "": {**SAMPLES[""], "query": "ADA, TWIN, zqlaterzq, BTC", "ids": [1, 2010, 9001, 9901]}})
MARKS = ("zqlaterzq", "ZQLATERZQ", "73571")


def then() -> tuple[Asset, ...]:
    return tuple(structs.replace(asset, known_from=date(2020, 1, 1), verified_at=date(2026, 1, 1)) for asset in ASSETS)


def since() -> tuple[Asset, ...]:
    """One was renamed, one replaced by a new one, and a new one has the ticker of an old."""
    renamed = AssetChange("2026-05-01", symbol="ADA", name="Cardano")
    migrated = AssetChange("2026-08", symbol="TWIN", name="Twin One", asset_id=9001, ratio="73571")
    changed = {
        2010: {"name": "zqlaterzq", "symbol": "ZQLATERZQ", "slug": "zqlaterzq", "changes": (renamed,)},
        9001: {"is_active": False, "successor_id": 9902},
    }
    newcomers = (
        Asset(9901, "zqlaterzq coin", "BTC", "zqlaterzq-coin", 1, known_from=date(2026, 3, 11)),
        Asset(9902, "zqlaterzq two", "TWIN", "zqlaterzq-two", 2, launched="2026-08", changes=(migrated,)),
    )
    return (*(structs.replace(asset, **changed.get(asset.asset_id, {})) for asset in then()), *newcomers)


async def answers_of(folder: Path, *pasts: tuple[tuple[Asset, ...], datetime]) -> list[dict[str, str]]:
    """What is said of `THEN`, over each of these directories at its own time."""
    said = []
    with open_database(folder) as database:
        feed = StoredFeed(database)
        for fact in planting.growing_market(random.Random(3), (THEN,)):
            await feed.save_records(fact.records, fact.source, is_list=fact.is_list)
        for assets, now in pasts:
            clock = FixedClock(now)
            stored = StoredFeed(database, assets)
            services = ToolServices(clock, AssetDirectory(assets), LayeredFeed(None, stored, clock))
            said.append(await answer_all(services, THEN, ASKED))
    return said


async def test_renamed_replaced_and_new_assets_are_what_they_were(tmp_path: Path) -> None:
    assert_same(*await answers_of(tmp_path, (then(), THEN), (since(), LATER)), MARKS)


def test_the_name_of_the_time_is_a_name_and_no_alias() -> None:
    matches = [AssetDirectory(assets).lookup("cardano", as_of=THEN)[0].match for assets in (then(), since())]
    assert matches == ["exact_name", "exact_name"]


def test_a_rank_of_later_is_not_told() -> None:
    later = [structs.replace(asset, verified_at=date(2027, 5, 1), rank=73571) for asset in then()]
    (match,) = AssetDirectory(later).lookup("cardano", as_of=THEN)
    assert not [reason for reason in match.reasons if "73,571" in reason]
