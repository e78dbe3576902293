"""Completion of arguments: assets through the directory, articles, metrics and tools by their beginning."""

from __future__ import annotations

from pathlib import Path

import mcp_types as types
import pytest
from mcp.shared.exceptions import MCPError

from cryptodesk.app.desk import Desk
from cryptodesk.app.mcp import mcp_ports as ports_of
from cryptodesk.catalog.metrics import load_metrics
from cryptodesk.core.clock import FixedClock
from cryptodesk.documents.handbook import load_articles
from cryptodesk.settings import Settings
from tests.dialects.support import NOW, make_ports
from tests.mcp.support import MODES, client, mcp_ports

HANDBOOK = "cryptodesk://handbook/{section}/{slug}"
Reference = types.PromptReference | types.ResourceTemplateReference


async def complete(
    reference: Reference, name: str, value: str, known: dict[str, str] | None = None, mode: str = "auto"
) -> list[str]:
    async with client(mcp_ports()[0], mode) as session:
        found = await session.complete(reference, {"name": name, "value": value}, known)
    return found.completion.values


def of_prompt(name: str) -> types.PromptReference:
    return types.PromptReference(name=name)


def of_template(uri: str) -> types.ResourceTemplateReference:
    return types.ResourceTemplateReference(uri=uri)


@pytest.mark.parametrize("mode", MODES)
async def test_the_last_of_several_assets_is_completed(mode: str) -> None:
    reference = of_prompt("compare_assets")
    assert await complete(reference, "assets", "sol", mode=mode) == ["Sol 1", "Sol 2"]
    assert await complete(reference, "assets", "Bitcoin, sol", mode=mode) == ["Bitcoin, Sol 1", "Bitcoin, Sol 2"]


async def test_a_single_asset_may_have_a_comma_in_it() -> None:
    assert await complete(of_prompt("token_due_diligence"), "asset", "a, b") == ["A, B 1", "A, B 2"]


async def test_nothing_is_offered_for_nothing_and_for_free_text() -> None:
    assert await complete(of_prompt("compare_assets"), "assets", "Bitcoin, ") == []
    assert await complete(of_prompt("check_a_claim"), "claim", "Bit") == []


async def test_periods_are_offered_by_their_beginning() -> None:
    assert await complete(of_prompt("compare_assets"), "period", "3") == ["30 days"]


async def test_articles_of_the_chosen_section_are_offered() -> None:
    sections = await complete(of_template(HANDBOOK), "section", "sta")
    assert sections == ["stablecoins"]
    found = await complete(of_template(HANDBOOK), "slug", "", {"section": "stablecoins"})
    assert found == [one.slug for one in load_articles() if one.section == "stablecoins"]


async def test_metrics_and_tools_are_offered() -> None:
    slug = load_metrics()[0].slug
    assert slug in await complete(of_template("cryptodesk://metrics/{slug}"), "slug", slug[:3])
    assert await complete(of_template("cryptodesk://tools/{name}"), "name", "cmc_math") == ["cmc_math_eval"]


@pytest.mark.parametrize("reference", [of_prompt("write_poem"), of_template("cryptodesk://poems/{name}")])
async def test_what_there_is_not_cannot_be_completed(reference: Reference) -> None:
    async with client(mcp_ports()[0]) as session:
        with pytest.raises(MCPError, match="Unknown") as caught:
            await session.complete(reference, {"name": "name", "value": "x"})
    assert caught.value.code == -32602


async def test_the_directory_offers_the_well_known_first(tmp_path: Path) -> None:
    settings = Settings.model_validate({"home": tmp_path, "data": "snapshot", "recording": "off"})
    async with Desk(settings, FixedClock(NOW)) as desk:
        found = ports_of(desk, make_ports()).suggest_assets("ethe", 10)
    assert found[0] == "Ethereum"
    assert "Ethereum Classic" in found
    assert len(found) == len(set(found))
