"""One clock in the simulated world: a moment looks the same from itself and from years later."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptodesk.core.clock import FixedClock
from cryptodesk.market.feeds.simulated import SimulatedFeed
from cryptodesk.market.identity.directory import AssetDirectory
from cryptodesk.market.simulation import SimulatedWorld
from cryptodesk.market.simulation.days import minute_of
from cryptodesk.tools import ToolServices
from tests.system.questions import SAMPLES, answer_tools, assert_same, cases

SEED = 5
CHANCE = random.Random(SEED)
MOMENT = datetime(2025, 1, 1, tzinfo=UTC) + timedelta(microseconds=CHANCE.randrange(600 * 86_400 * 10**6))
MUCH_LATER = datetime(2031, 7, 1, 8, tzinfo=UTC)


def members(of: SimulatedWorld, moment: datetime) -> dict[str, dict[str, Any]]:
    """Members of every class that the world has at the moment."""
    minute = minute_of(moment)
    token = of.tokens.rows(minute)[0].asset_id
    return {
        "": {**SAMPLES[""], "query": "bitcoin, ethereum, zz", "ids": [1, 1027], "id": 1},
        "onchain_token": {"ids": [token], "id": token},
        "exchange": {"ids": [row.exchange_id for row in of.exchanges.all[:2]]},
        "category": {"ids": [of.categories.rows(minute)[0].asset_id]},
        "nft": {"ids": [of.nfts.rows(minute)[0].asset_id]},
        "total_market_cap": {},
    }


async def test_the_simulated_past_does_not_depend_on_the_clock() -> None:
    now, late = SimulatedWorld(7, size=300), SimulatedWorld(7, size=300)
    asked = cases(members(now, MOMENT))
    chosen = [*CHANCE.sample(asked, 40), *{case.tool: case for case in asked}.values()]
    # What a later question left in memory must not be seen either.
    await answer_tools(services_of(late, MUCH_LATER), MUCH_LATER, cases(members(late, MUCH_LATER))[::40])
    said = await answer_tools(services_of(now, MOMENT), MOMENT, chosen)
    assert_same(said, await answer_tools(services_of(late, MUCH_LATER), MOMENT, chosen), ())
    assert sum('"mode":"simulated"' in text for text in said.values()) > len(said) / 2


def services_of(of: SimulatedWorld, now: datetime) -> ToolServices:
    clock = FixedClock(now)
    return ToolServices(clock, AssetDirectory(of.assets), SimulatedFeed(of, clock))
