"""How many coins exist by a protocol's own rule, computed without any network. Today: Bitcoin.

Heights and supply at a height are exact. The height at a moment is interpolated between known block times, and said so.
Source: Bitcoin Core, `GetBlockSubsidy` in validation.cpp; times of the blocks in ANCHORS from their headers.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from msgspec import Struct

from cryptodesk.market.records import Figure, Provenance

__all__ = [
    "ANCHORS",
    "BITCOIN_ASSET_ID",
    "HALVING_INTERVAL",
    "SATOSHI_PER_BITCOIN",
    "BlockEstimate",
    "compute_bitcoin_supply",
    "compute_height",
    "compute_moment",
    "compute_subsidy",
    "compute_supply",
    "compute_supply_figure",
    "halving_heights",
]

BITCOIN_ASSET_ID = 1
SATOSHI_PER_BITCOIN = 100_000_000
HALVING_INTERVAL = 210_000
BLOCKS_PER_DAY = 144
_INITIAL_SUBSIDY = 50 * SATOSHI_PER_BITCOIN
_HALVINGS_UNTIL_ZERO = 33
_DAY = timedelta(days=1)


class _Anchor(Struct, frozen=True):
    """A block whose time is known. `error_blocks` bounds how far the straight line to the next anchor strays."""

    height: int
    mined_at: datetime
    error_blocks: int


# The first years' hash rate jumped between retargets, so the line through them is only rough; later ones are tight.
ANCHORS = (
    _Anchor(0, datetime(2009, 1, 3, 18, 15, 5, tzinfo=UTC), 25_000),
    _Anchor(210_000, datetime(2012, 11, 28, 15, 24, 38, tzinfo=UTC), 10_000),
    _Anchor(420_000, datetime(2016, 7, 9, 16, 46, 13, tzinfo=UTC), 3_000),
    _Anchor(630_000, datetime(2020, 5, 11, 19, 23, 43, tzinfo=UTC), 2_500),
    _Anchor(840_000, datetime(2024, 4, 20, 0, 9, 27, tzinfo=UTC), 0),
)
# Past the last anchor the rate the protocol aims at is held. Growing hash power makes blocks come faster than that:
# by 4.0 % from block 420,000 to 630,000 and by 1.3 % from 630,000 to 840,000 (the anchors above).
_RATE_ERROR_RATIO = 0.05


class BlockEstimate(Struct, frozen=True):
    """The chain's height at a moment: right within `error_blocks` on either side. `method` says how it was found."""

    height: int
    error_blocks: int
    method: str


def halving_heights(count: int = _HALVINGS_UNTIL_ZERO) -> tuple[int, ...]:
    """Heights of the first `count` blocks that pay half of what the one before paid."""
    return tuple(HALVING_INTERVAL * (index + 1) for index in range(count))


def compute_subsidy(height: int) -> int:
    """New satoshi that the block at `height` may create. Raises: ValueError if `height` is negative."""
    if height < 0:
        raise ValueError(f"a block height is not negative, got {height!r}")
    return _INITIAL_SUBSIDY >> min(height // HALVING_INTERVAL, 64)


def compute_supply(height: int) -> int:
    """Satoshi that all blocks up to and including `height` may have created.

    Exact by the rule. Coins that a miner left unclaimed or nobody can spend (the genesis block's 50 BTC among them)
    are counted. Raises: ValueError if `height` is negative."""
    if height < 0:
        raise ValueError(f"a block height is not negative, got {height!r}")
    eras, blocks = divmod(height + 1, HALVING_INTERVAL)
    whole = sum(HALVING_INTERVAL * (_INITIAL_SUBSIDY >> era) for era in range(min(eras, _HALVINGS_UNTIL_ZERO)))
    return whole + blocks * (_INITIAL_SUBSIDY >> min(eras, 64))


def compute_height(moment: datetime) -> BlockEstimate:
    """The chain's height at an aware moment. Raises: ValueError before the genesis block."""
    if moment < ANCHORS[0].mined_at:
        raise ValueError(f"there was no block before {ANCHORS[0].mined_at.isoformat()}, got {moment.isoformat()}")
    index = bisect_right(ANCHORS, moment, key=lambda anchor: anchor.mined_at) - 1
    start = ANCHORS[index]
    elapsed = moment - start.mined_at
    if index + 1 == len(ANCHORS):
        blocks = int(elapsed / _DAY * BLOCKS_PER_DAY)
        method = f"block {start.height} of {start.mined_at:%Y-%m-%d}, then {BLOCKS_PER_DAY} blocks a day"
        return BlockEstimate(start.height + blocks, int(blocks * _RATE_ERROR_RATIO) + 1, method)
    end = ANCHORS[index + 1]
    share = elapsed / (end.mined_at - start.mined_at)
    height = start.height + int(share * (end.height - start.height))
    return BlockEstimate(height, start.error_blocks, f"interpolated between blocks {start.height} and {end.height}")


def compute_moment(height: int) -> datetime:
    """When the block at `height` was or will be mined, to the same accuracy; exact for the anchors.

    Raises: ValueError if `height` is negative."""
    if height < 0:
        raise ValueError(f"a block height is not negative, got {height!r}")
    index = bisect_right(ANCHORS, height, key=lambda anchor: anchor.height) - 1
    start = ANCHORS[index]
    if index + 1 == len(ANCHORS):
        return start.mined_at + (height - start.height) / BLOCKS_PER_DAY * _DAY
    end = ANCHORS[index + 1]
    return start.mined_at + (height - start.height) / (end.height - start.height) * (end.mined_at - start.mined_at)


def compute_bitcoin_supply(moment: datetime) -> Figure:
    """Coins in circulation at an aware moment, in BTC, with the method and its error bound in the note.

    Raises: ValueError before the genesis block."""
    estimate = compute_height(moment)
    low = compute_supply(max(estimate.height - estimate.error_blocks, 0))
    middle = compute_supply(estimate.height)
    high = compute_supply(estimate.height + estimate.error_blocks)
    error = max(middle - low, high - middle) / SATOSHI_PER_BITCOIN
    note = (
        f"block schedule at height {estimate.height} (± {estimate.error_blocks}; {estimate.method}); "
        f"± {error:,.0f} BTC; lost and unclaimed coins are counted"
    )
    return Figure(middle / SATOSHI_PER_BITCOIN, "BTC", Provenance("bitcoin_block_schedule", "computed", moment, note))


_RULES: dict[int, Callable[[datetime], Figure]] = {BITCOIN_ASSET_ID: compute_bitcoin_supply}


def compute_supply_figure(asset_id: int, moment: datetime) -> Figure | None:
    """Circulating supply by the asset's own issuance rule; None where no rule is known here or nothing existed yet."""
    rule = _RULES.get(asset_id)
    if rule is None or moment < ANCHORS[0].mined_at:
        return None
    return rule(moment)
