"""The data status of a whole desk, read from its own database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cryptodesk.app.data_status import DeskData
from cryptodesk.app.desk import Desk
from cryptodesk.core.clock import FixedClock
from cryptodesk.settings import Settings

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
async def desk(tmp_path: Path, clock: FixedClock) -> AsyncIterator[Desk]:
    settings = Settings.model_validate({"home": tmp_path, "data": "snapshot", "recording": "off"})
    async with Desk(settings, clock) as desk:
        yield desk


async def test_the_report_holds_what_ships_and_what_could_be_pulled(desk: Desk) -> None:
    report = await DeskData(desk).report()
    assert report.mode == "snapshot"
    assert report.market.at == NOW
    assert any(held.source == "binance_usdm" and held.rows > 10_000 for held in report.market.holdings)
    assert [bundle.name for bundle in report.market.pullable if not bundle.is_pulled] == ["coingecko-2025"]
    assert {source.state for source in report.market.sources} == {"off"}
    assert report.documents is not None


async def test_a_report_is_kept_for_some_seconds(desk: Desk, clock: FixedClock) -> None:
    data = DeskData(desk)
    first = await data.report()
    assert await data.report() is first
    clock.moment += timedelta(seconds=11)
    assert await data.report() is not first
