"""What can be read: articles in pages, the metric catalogue, how a tool is called, and the state of the data."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from mcp.shared.exceptions import MCPError

from cryptodesk.catalog.metrics import load_metrics
from cryptodesk.dialects._ports import DataReport
from cryptodesk.documents.handbook import load_articles
from cryptodesk.market.intake.status import DataStatus
from cryptodesk.mcp.resources import METRICS, STATUS, article_uri
from cryptodesk.tools import tool_specs
from tests.mcp.support import MODES, client, mcp_ports


class FakeData:
    async def report(self) -> DataReport:
        return DataReport("snapshot", DataStatus(datetime(2026, 9, 24, tzinfo=UTC), (), ()))


async def read(uri: str, mode: str = "auto", **edge: Any) -> Any:
    async with client(mcp_ports(**edge)[0], mode) as session:
        return (await session.read_resource(uri)).contents[0]


@pytest.mark.parametrize("mode", MODES)
async def test_every_article_is_listed_once_over_the_pages(mode: str) -> None:
    found: list[Any] = []
    cursor = None
    async with client(mcp_ports()[0], mode) as session:
        while True:
            page = await session.list_resources(cursor=cursor)
            assert len(page.resources) <= 50
            found += page.resources
            cursor = page.next_cursor
            if cursor is None:
                break
    assert [one.uri for one in found] == [STATUS, METRICS, *map(article_uri, load_articles())]
    assert len(found) > 100


@pytest.mark.parametrize("cursor", ["x", "YXQ6LTE=", "é", "YXQ6OTk5OTk5OTk5OTk5"])
async def test_a_cursor_that_is_not_ours_is_refused(cursor: str) -> None:
    async with client(mcp_ports()[0]) as session:
        with pytest.raises(MCPError, match="Invalid cursor") as caught:
            await session.list_resources(cursor=cursor)
    assert caught.value.code == -32602


async def test_an_article_is_markdown_with_its_date_and_its_sources() -> None:
    article = next(one for one in load_articles() if one.slug == "bitcoin")
    found = await read(article_uri(article))
    assert found.mime_type == "text/markdown"
    assert found.text.startswith(f"# {article.title}\n\nFacts checked on {article.date.isoformat()}.")
    assert article.body in found.text
    for source in article.sources:
        assert f"- [{source.title}]({source.url})" in found.text


async def test_the_listed_size_is_that_of_the_text() -> None:
    async with client(mcp_ports()[0]) as session:
        listed = (await session.list_resources()).resources[2]
        text = (await session.read_resource(listed.uri)).contents[0]
    assert listed.size == len(text.text.encode())


async def test_metrics_are_read_as_a_whole_and_one_by_one() -> None:
    whole = json.loads((await read(METRICS)).text)["metrics"]
    assert [one["slug"] for one in whole] == [metric.slug for metric in load_metrics()]
    one = json.loads((await read(f"{METRICS}/{whole[0]['slug']}")).text)
    assert one == whole[0]


async def test_a_tool_tells_how_it_is_called_well() -> None:
    for spec in tool_specs():
        text = (await read(f"cryptodesk://tools/{spec.name}")).text
        assert spec.advice in text
        assert spec.description in text


async def test_the_state_of_the_data_is_what_the_data_route_says_and_is_not_kept() -> None:
    async with client(mcp_ports(data=FakeData())[0]) as session:
        result = await session.read_resource(STATUS)
    assert json.loads(result.contents[0].text)["mode"] == "snapshot"
    assert (result.ttl_ms, result.cache_scope) == (0, "private")


@pytest.mark.parametrize(
    "uri",
    [
        "cryptodesk://handbook/assets/nothing",
        "cryptodesk://handbook/../../settings.py",
        "cryptodesk://metrics/nothing",
        "cryptodesk://metricsx",
        "cryptodesk://tools/ask_nicely",
        STATUS,
        "file:///etc/passwd",
    ],
)
@pytest.mark.parametrize(("mode", "code"), [("legacy", -32002), ("auto", -32602)])
async def test_what_there_is_not_cannot_be_read(uri: str, mode: str, code: int) -> None:
    async with client(mcp_ports()[0], mode) as session:
        with pytest.raises(MCPError, match="Resource not found") as caught:
            await session.read_resource(uri)
    assert caught.value.code == code


async def test_templates_cover_articles_metrics_and_tools() -> None:
    async with client(mcp_ports()[0]) as session:
        found = (await session.list_resource_templates()).resource_templates
    assert [one.uri_template for one in found] == [
        "cryptodesk://handbook/{section}/{slug}",
        "cryptodesk://metrics/{slug}",
        "cryptodesk://tools/{name}",
    ]
