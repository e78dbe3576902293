"""What the desk makes of a text for the edge: assets with their rivals, topics, questions to go on with."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cryptodesk.app.desk import Desk
from cryptodesk.app.reading import DeskReader
from cryptodesk.core.clock import FixedClock
from cryptodesk.settings import Settings

NOW = datetime(2026, 9, 11, tzinfo=UTC)


@pytest.fixture
async def reader(tmp_path: Path) -> AsyncIterator[DeskReader]:
    async with Desk(Settings(home=tmp_path, data="snapshot"), FixedClock(NOW)) as desk:
        yield DeskReader(desk)


async def test_assets_are_read_where_they_stand(reader: DeskReader) -> None:
    text = "What do BTC and solana cost?"
    first, second = reader.assets(text)
    assert (first.asset_id, first.name, text[first.start : first.end]) == (1, "Bitcoin", "BTC")
    assert (second.symbol, text[second.start : second.end]) == ("SOL", "solana")
    assert reader.assets(text) is reader.assets(text)
    (far,) = reader.assets("x" * 3000 + " Bitcoin price")
    assert far.start == 3001


async def test_an_asset_is_unknown_before_there_was_one(reader: DeskReader) -> None:
    long_ago = datetime(2012, 1, 1, tzinfo=UTC)
    assert [asset.name for asset in reader.assets("Bitcoin and Solana prices", long_ago)] == ["Bitcoin"]


async def test_rivals_have_their_names(reader: DeskReader) -> None:
    texts = ("What is the price of LUNA?", "Price of UNI?", "Price of Terra?", "Price of BTT?", "price of PEOPLE token")
    rivals = [rival for text in texts for asset in reader.assets(text) for rival in asset.rivals]
    assert rivals
    assert all(rival.name and rival.symbol and rival.asset_id for rival in rivals)


async def test_topics_are_what_is_asked(reader: DeskReader) -> None:
    (topic,) = reader.topics("How volatile was Ethereum in August 2026?")
    assert (topic.name, topic.period) == ("volatility", "August 2026")
    assert [each.name for each in reader.topics("hi")] == ["greeting"]


async def test_follow_ups_are_other_questions(reader: DeskReader) -> None:
    question = "How volatile was Ethereum in August 2026?"
    found = reader.follow_ups(question, (), 3)
    assert 0 < len(found) <= 3
    assert question not in found
    assert any("Ethereum" in each for each in found)
