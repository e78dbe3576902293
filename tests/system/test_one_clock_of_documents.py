"""What became known later changes no answer about an earlier moment, whichever tool reads documents."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cryptodesk.app.desk import Desk
from cryptodesk.app.library import Library
from cryptodesk.core.clock import FixedClock
from cryptodesk.core.tools import ToolTrace
from cryptodesk.documents.intake import subscribe
from cryptodesk.settings import Settings
from cryptodesk.storage.sqlite import SqliteDatabase

NOW = datetime(2026, 12, 10, 12, tzinfo=UTC)
ASKED = NOW - timedelta(days=5)
CALLS = (
    ("cmc_content_search", {"query": "bitcoin and ethereum staking withdrawals", "limit": 20}),
    ("cmc_content_search", {"query": "bitcoin rally", "content_types": ["news"], "limit": 20}),
    ("cmc_content_search", {"query": "exchange hack", "ids": [1], "limit": 10}),
    ("cmc_content_search", {"query": "restaking", "published_after": "2026-11-01", "limit": 10}),
    ("cmc_sentiment", {"ids": [1]}),
    ("cmc_sentiment", {}),
)


def line(number: int, known_at: datetime, text: str) -> str:
    return json.dumps(
        {
            "id": f"n{number}",
            "title": f"Bitcoin note {number}",
            "text": text,
            "type": "news",
            "published_at": known_at.isoformat(),
            "known_at": known_at.isoformat(),
            "asset_ids": [1],
        }
    )


def news(first: int, count: int, since: datetime, mark: str) -> list[str]:
    return [
        line(number, since + timedelta(minutes=number), f"Bitcoin rally number {number}: {mark} gains strong {number}x")
        for number in range(first, first + count)
    ]


async def answers(home: Path) -> list[dict[str, Any]]:
    found = []
    async with Desk(Settings(home=home, data="snapshot"), FixedClock(NOW)) as desk:
        for name, arguments in CALLS:
            trace = await desk.call_tool(name, json.dumps(arguments), ASKED)
            found.append({"status": trace.status, "result": said(trace), "cited": cited(trace)})
    return found


def said(trace: ToolTrace) -> Any:
    """Passages in a fixed order: how rare a word is counts with what came later, and may turn neighbours round."""
    if trace.status == "failed":
        return trace.model_content
    result = json.loads(trace.model_content)
    passages = result.get("content_search_result", {}).get("passages")
    if passages is not None:
        for passage in passages:
            del passage["n"]
        passages.sort(key=lambda passage: (passage["title"], passage["text"]))
    return result


def cited(trace: ToolTrace) -> list[str]:
    return sorted(str(citation) for citation in trace.citations or ())


async def sync(home: Path, file: Path) -> None:
    settings = Settings(home=home, data="snapshot")
    with SqliteDatabase(settings.database_path) as database:
        library = Library(settings, database, FixedClock(NOW), lambda _: (), lambda _: ())
        async with library:
            await library.open()
            held, _ = await subscribe(library.subscriptions, str(file), NOW)
            assert (await library.syncer.sync(held)).error is None


@pytest.mark.xdist_group("documents-clock")
async def test_later_documents_change_no_earlier_answer(tmp_path: Path) -> None:
    home, file = tmp_path / "home", tmp_path / "news.jsonl"
    earlier = news(0, 30, ASKED - timedelta(days=1), "early")
    file.write_text("\n".join(earlier))
    async with Desk(Settings(home=home, data="snapshot"), FixedClock(NOW)):
        pass
    await sync(home, file)
    before = await answers(home)
    file.write_text("\n".join([*earlier, *news(100, 60, ASKED + timedelta(minutes=1), "LATE")]))
    await sync(home, file)
    after = await answers(home)
    assert "early" in str(before)
    assert "LATE" not in str(after)
    assert after == before
