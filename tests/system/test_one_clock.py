"""One clock: what is asked as of a moment is answered from what was known then, whatever became known since.

A market grows part by part. What every tool, every query and every metric says at the end of a part is written down;
when the market is full grown, the same questions about the same moments must give the same bytes.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

import msgspec

from cryptodesk.core.clock import FixedClock
from cryptodesk.market.feeds.layered import LayeredFeed
from cryptodesk.market.feeds.stored import StoredFeed
from cryptodesk.market.identity.directory import AssetDirectory
from cryptodesk.market.keeping import Keeper
from cryptodesk.tools import ToolServices, tool_specs
from tests.market.store.support import open_database
from tests.system import planting
from tests.system.planting import Fact
from tests.system.questions import CASES, answer_all, assert_same
from tests.system.tool_arguments import schema_choices
from tests.system.vendors import live_feed
from tests.tools.fakes import ASSETS

SEED = 20_260_912
PARTS = 4
LONG_AFTER = timedelta(days=900)


def test_the_cases_hold_every_choice_of_every_tool() -> None:
    for spec in tool_specs():
        said = " ".join(case.text for case in CASES if case.tool == spec.name)
        for _, choices in schema_choices(spec.parameters):
            assert all(msgspec.json.encode(choice).decode() in said for choice in choices)


async def plant(feed: StoredFeed, facts: Iterable[Fact]) -> None:
    await asyncio.gather(*(feed.save_records(fact.records, fact.source, is_list=fact.is_list) for fact in facts))


async def test_the_store_says_of_a_moment_what_it_said_at_that_moment(tmp_path: Path) -> None:
    chance = random.Random(SEED)
    ends = planting.moments(chance, PARTS)
    facts = planting.growing_market(chance, ends)
    with open_database(tmp_path) as database:
        clock = FixedClock(ends[0])
        stored = StoredFeed(database, ASSETS)
        services = ToolServices(clock, AssetDirectory(ASSETS), LayeredFeed(None, stored, clock))
        said = []
        for part, end in enumerate(ends):
            clock.moment = end
            await plant(stored, (fact for fact in facts if fact.saved == part))
            said.append(await answer_all(services, end))
        clock.moment = ends[-1] + LONG_AFTER
        for part, end in enumerate(ends):
            assert_same(said[part], await answer_all(services, end), planting.marks_after(part, PARTS))


async def test_live_sources_that_know_only_what_came_later_change_nothing(tmp_path: Path) -> None:
    chance = random.Random(SEED)
    ends = planting.moments(chance, PARTS)
    facts = planting.growing_market(chance, ends)
    with open_database(tmp_path) as database:
        clock = FixedClock(ends[-1] + LONG_AFTER)
        stored = StoredFeed(database, ASSETS)
        part = 1
        await plant(stored, (fact for fact in facts if fact.part <= part))
        alone = ToolServices(clock, AssetDirectory(ASSETS), LayeredFeed(None, stored, clock))
        said = await answer_all(alone, ends[part])
        later = [record for fact in facts if fact.part > part for record in fact.records]
        live = live_feed({"vendor": later, "other": later}, clock, Keeper(stored, clock).keep)
        both = ToolServices(clock, AssetDirectory(ASSETS), LayeredFeed(live, stored, clock))
        assert_same(said, await answer_all(both, ends[part]), planting.marks_after(part, PARTS))
