"""Bitcoin's block schedule: exact by height, bounded by time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cryptodesk.market.issuance import (
    ANCHORS,
    HALVING_INTERVAL,
    SATOSHI_PER_BITCOIN,
    compute_bitcoin_supply,
    compute_height,
    compute_moment,
    compute_subsidy,
    compute_supply,
    compute_supply_figure,
    halving_heights,
)


@pytest.mark.parametrize(
    ("height", "satoshi"),
    [
        (0, 5_000_000_000),
        (209_999, 5_000_000_000),
        (210_000, 2_500_000_000),
        (630_000, 625_000_000),
        (839_999, 625_000_000),
        (840_000, 312_500_000),
        (1_050_000, 156_250_000),
        (32 * 210_000, 1),
        (33 * 210_000, 0),
        (10**9, 0),
    ],
)
def test_the_subsidy_halves_every_210000_blocks_until_it_is_nothing(height: int, satoshi: int) -> None:
    assert compute_subsidy(height) == satoshi


@pytest.mark.parametrize(
    ("height", "bitcoin"),
    [
        (0, "50"),
        (209_999, "10500000"),
        (210_000, "10500025"),
        (419_999, "15750000"),
        (629_999, "18375000"),
        (839_999, "19687500"),
        (840_000, "19687503.125"),
    ],
)
def test_supply_at_a_height_is_exact(height: int, bitcoin: str) -> None:
    whole, _, fraction = bitcoin.partition(".")
    assert compute_supply(height) == int(whole) * SATOSHI_PER_BITCOIN + int(fraction.ljust(8, "0") or 0)


def test_the_last_satoshi_makes_not_quite_21_million() -> None:
    assert compute_supply(33 * HALVING_INTERVAL - 1) == 2_099_999_997_690_000
    assert compute_supply(10**9) == 2_099_999_997_690_000


@given(st.integers(min_value=1, max_value=8_000_000))
def test_each_block_adds_its_subsidy(height: int) -> None:
    assert compute_supply(height) - compute_supply(height - 1) == compute_subsidy(height)


@pytest.mark.parametrize("compute", [compute_subsidy, compute_supply, compute_moment])
def test_there_is_no_block_below_the_first(compute: object) -> None:
    with pytest.raises(ValueError, match="not negative"):
        compute(-1)  # type: ignore[operator]


def test_halvings_are_at_their_heights() -> None:
    assert halving_heights(5) == (210_000, 420_000, 630_000, 840_000, 1_050_000)
    assert len(halving_heights()) == 33


@pytest.mark.parametrize(
    ("height", "mined_at"),
    [
        (0, "2009-01-03T18:15:05+00:00"),
        (210_000, "2012-11-28T15:24:38+00:00"),
        (420_000, "2016-07-09T16:46:13+00:00"),
        (630_000, "2020-05-11T19:23:43+00:00"),
        (840_000, "2024-04-20T00:09:27+00:00"),
    ],
)
def test_halvings_are_at_their_known_times(height: int, mined_at: str) -> None:
    assert compute_moment(height).isoformat() == mined_at
    assert compute_height(datetime.fromisoformat(mined_at)).height == height


@pytest.mark.parametrize(
    ("height", "mined_at"),
    [
        (100_000, "2010-12-29T11:57:43+00:00"),
        (200_000, "2012-09-22T10:45:59+00:00"),
        (300_000, "2014-05-10T06:32:34+00:00"),
        (400_000, "2016-02-25T16:24:44+00:00"),
        (500_000, "2017-12-18T18:35:25+00:00"),
        (700_000, "2021-09-11T04:14:32+00:00"),
        (800_000, "2023-07-24T03:17:09+00:00"),
    ],
)
def test_blocks_of_known_time_lie_within_the_stated_error(height: int, mined_at: str) -> None:
    estimate = compute_height(datetime.fromisoformat(mined_at))
    assert abs(estimate.height - height) <= estimate.error_blocks


def test_each_past_era_would_have_been_foretold_within_the_error_that_is_stated_for_the_present_one() -> None:
    for start, end in pairwise(ANCHORS[2:]):
        foretold = (end.mined_at - start.mined_at) / timedelta(days=1) * 144
        assert abs(foretold - HALVING_INTERVAL) <= 0.05 * foretold


def test_the_error_grows_with_the_distance_from_the_last_known_block() -> None:
    last = ANCHORS[-1]
    assert compute_height(last.mined_at + timedelta(days=1)).height == last.height + 144
    near = compute_height(last.mined_at + timedelta(days=10)).error_blocks
    far = compute_height(last.mined_at + timedelta(days=1000)).error_blocks
    assert near == 73  # 5 % of 1,440 blocks, rounded up
    assert far == 7_201


@given(st.integers(min_value=0, max_value=1_500_000))
def test_height_and_moment_undo_each_other(height: int) -> None:
    assert abs(compute_height(compute_moment(height)).height - height) <= 1


def test_there_is_no_supply_before_the_first_block() -> None:
    before = datetime(2009, 1, 3, 18, 15, 4, tzinfo=UTC)
    with pytest.raises(ValueError, match="no block before"):
        compute_height(before)
    assert compute_supply_figure(1, before) is None


def test_supply_at_a_moment_says_that_and_how_it_was_computed() -> None:
    moment = datetime(2026, 9, 10, tzinfo=UTC)
    figure = compute_bitcoin_supply(moment)
    # 872.99 days after block 840,000 at 144 a day: height 965,711; 19,687,500 + 125,712 x 3.125
    assert figure.value == 20_080_350.0
    assert figure.unit == "BTC"
    assert (figure.provenance.source, figure.provenance.mode) == ("bitcoin_block_schedule", "computed")
    assert figure.provenance.as_of == moment
    assert figure.provenance.note is not None
    assert "height 965711 (± 6286; block 840000 of 2024-04-20, then 144 blocks a day)" in figure.provenance.note
    assert "± 19,644 BTC" in figure.provenance.note


def test_no_supply_is_made_up_for_an_asset_without_a_rule() -> None:
    assert compute_supply_figure(1027, datetime(2026, 9, 10, tzinfo=UTC)) is None
