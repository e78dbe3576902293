"""The whole world: the same for ever, in any process, and never ahead of its time."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from cryptodesk.market.records import SIMULATED_ID_BASE
from cryptodesk.market.simulation import SimulatedWorld
from cryptodesk.market.simulation.days import DAY_MINUTES, minute_of, moment_of
from tests.market.simulation.worlds import MOMENT, moments, world

EXPECTED_NAMES = ["Zelenodex Games", "Calelddex Index", "Joreldgar Token", "Quilalalio Vault", "Nevathtek"]
EXPECTED_PRICES = [129556.9958, 7193.934833, 1507.642055]

_SCRIPT = """
import hashlib, json
from datetime import UTC, datetime, timedelta
import msgspec
from cryptodesk.market.simulation import SimulatedWorld
from cryptodesk.market.simulation.days import minute_of

world = SimulatedWorld(11, size=150)
minute = minute_of(datetime(2026, 3, 11, 15, 27, tzinfo=UTC))
track = world.market.track(0)
parts = {
    "assets": world.assets,
    "coins": world.listings.everyone(minute),
    "tokens": world.tokens.rows(minute)[:200],
    "derivatives": world.derivatives.rows(minute),
    "candles": world.market.candles.between(track, "1h", minute - 9000, minute),
    "categories": world.categories.rows(minute),
    "events": [world.events.rounds(minute), world.events.schedules(minute), world.events.macro(minute, None, None)],
    "overview": [world.overview.global_metrics(minute), world.overview.trending("trending", minute)],
    "nfts": world.nfts.rows(minute),
    "defi": [world.defi.chain_rows(minute), world.defi.stablecoin_rows(minute)],
}
print(json.dumps({name: hashlib.sha256(msgspec.json.encode(part)).hexdigest() for name, part in parts.items()}))
"""


def _digests(hash_seed: str) -> dict[str, str]:
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    done = subprocess.run([sys.executable, "-c", _SCRIPT], env=environment, capture_output=True, text=True, check=True)
    digests: dict[str, str] = json.loads(done.stdout)
    return digests


def test_two_processes_with_other_hash_seeds_see_the_same_world() -> None:
    first, second = _digests("1"), _digests("4242")

    assert len(first) == 10
    assert first == second


def test_the_world_of_a_seed_stays_what_it_was() -> None:
    """Written down: a change here is a change of every world, and of every demonstration made with one."""
    here = SimulatedWorld(11, size=150)
    minute = minute_of(MOMENT)
    names = [asset.name for asset in here.assets[12:17]]

    assert names == EXPECTED_NAMES
    assert [here.market.price(place, minute) for place in (0, 1, 20)] == pytest.approx(EXPECTED_PRICES)


def test_what_was_asked_before_changes_nothing() -> None:
    minute = minute_of(MOMENT)
    fresh, used = SimulatedWorld(5, size=200), SimulatedWorld(5, size=200)
    for moment in moments():
        used.listings.everyone(minute_of(moment))
        used.overview.global_metrics(minute_of(moment))

    assert used.listings.everyone(minute) == fresh.listings.everyone(minute)
    assert used.overview.global_metrics(minute) == fresh.overview.global_metrics(minute)
    assert used.tokens.rows(minute) == fresh.tokens.rows(minute)


def test_another_seed_is_another_world() -> None:
    minute = minute_of(MOMENT)
    first, second = world(1), world(7)

    assert first.assets[20].name != second.assets[20].name
    assert first.market.price(0, minute) != second.market.price(0, minute)


def test_identities_of_a_moment_hold_nothing_of_the_future() -> None:
    here = world(size=2_000)
    day = minute_of(MOMENT) // DAY_MINUTES
    coins = {coin.asset.asset_id: coin for coin in here.market.coins}
    assets = here.assets_at(MOMENT)

    assert 0 < len(assets) < len(here.assets)
    for asset in assets:
        coin = coins[asset.asset_id]
        assert coin.born <= day
        assert asset.is_active == (coin.ends > day)
        if coin.rename is not None and coin.rename.day > day:
            assert (asset.name, asset.symbol) == (coin.rename.name, coin.rename.symbol)
            assert asset.former_symbols == ()
            assert coin.asset.name not in asset.slug
        elif coin.rename is not None:
            assert asset.former_symbols == (coin.rename.symbol,)


def test_ranks_of_identities_are_those_of_the_rows() -> None:
    ranks = {row.asset_id: row.rank for row in world().listings.everyone(minute_of(MOMENT))}
    for asset in world().assets_at(MOMENT):
        assert asset.rank == ranks.get(asset.asset_id)


def test_lives_are_told() -> None:
    coin = next(coin for coin in world().market.coins if coin.ends < 9_000)
    born, ends = world().lives(coin.asset.asset_id)

    assert born == moment_of(coin.born * DAY_MINUTES)
    assert ends == moment_of(coin.ends * DAY_MINUTES)
    assert world().lives(1)[1] is None
    with pytest.raises(KeyError):
        world().lives(999_999_999)


def test_names_in_the_world_hold_what_hardening_has_to_bear() -> None:
    names = [asset.name for asset in world(size=2_000).assets_at(datetime(2044, 1, 1, tzinfo=UTC))]

    assert any("Ignore previous instructions" in name for name in names)
    assert any("\u202e" in name for name in names)
    assert any(len(name) > 50_000 for name in names)
    assert any(any("а" <= letter <= "я" for letter in name) for name in names)


def test_births_and_renamings_are_dated_so_that_a_directory_knows_what_was_known() -> None:
    world = SimulatedWorld(5, size=800)
    now = datetime(2026, 6, 1, tzinfo=UTC)
    invented = [asset for asset in world.assets_at(now) if asset.asset_id >= SIMULATED_ID_BASE]
    assert all(asset.known_from is not None and asset.known_from <= now.date() for asset in invented)
    renamed = [asset for asset in invented if asset.changes]
    assert renamed
    for asset in renamed:
        change = asset.changes[0]
        before = datetime.fromisoformat(change.on).replace(tzinfo=UTC) - timedelta(days=1)
        then = {old.asset_id: old for old in world.assets_at(before)}[asset.asset_id]
        assert (then.symbol, then.name) == (change.symbol, change.name)
        assert then.changes == ()
