from __future__ import annotations

from datetime import UTC, date, datetime
from typing import get_args

import pytest

from cryptodesk.documents.query import DocumentQuery
from cryptodesk.documents.records import DocumentType
from cryptodesk.models.analyst.skills import load_skills
from cryptodesk.research.datasets import DATASETS, asked_types, choose_datasets, document_query
from tests.research.planned import SPECS, TODAY, fresh_check

CHECK = fresh_check()
_ASKED_FOR = {
    "market_data", "asset_metrics", "fundraising", "token_unlocks", "tvl", "derivatives", "news", "blogs",
    "video_transcripts", "rss", "social", "web_pages", "research", "quarterlies", "diligence",
}  # fmt: skip
# Refusals and small talk need no data.
_WITHOUT_DATA = {"out_of_field"}


def chosen(question: str) -> tuple[str, ...]:
    return tuple(dataset.name for dataset in choose_datasets(CHECK.plans(question), question))


def query(question: str) -> DocumentQuery:
    return document_query(question, CHECK.plans(question), TODAY)


def day(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc]


def test_every_dataset_that_is_promised_is_there_once() -> None:
    names = [dataset.name for dataset in DATASETS]
    assert set(names) >= _ASKED_FOR
    assert len(set(names)) == len(names)


def test_every_tool_and_type_exists_and_every_type_is_of_some_dataset() -> None:
    tools = {spec.name for spec in SPECS}
    assert {tool for dataset in DATASETS for tool in dataset.tools} <= tools
    assert {kind for dataset in DATASETS for kind in dataset.types} == set(get_args(DocumentType))
    assert all(dataset.tools for dataset in DATASETS)
    assert all(bool(dataset.types) == (dataset.group == "texts") for dataset in DATASETS)


def test_every_skill_of_the_analyst_needs_some_dataset() -> None:
    served = {kind for dataset in DATASETS for kind in dataset.kinds}
    assert set(load_skills()) - served == _WITHOUT_DATA


def test_a_skills_datasets_offer_a_tool_that_it_needs() -> None:
    for name, skill in load_skills().items():
        tools = {tool for dataset in DATASETS if name in dataset.kinds for tool in dataset.tools}
        assert name in _WITHOUT_DATA or tools & set(skill.tools), name


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("price of SOL", {"market_data"}),
        ("How volatile has SOL been over the last 90 days?", {"market_data"}),
        ("tokenomics of UNI", {"asset_metrics"}),
        ("who backs Hyperliquid?", {"fundraising", "news", "rss"}),
        ("next unlock of ARB", {"token_unlocks", "news"}),
        ("TVL of Aave", {"tvl"}),
        ("funding rate of BTC", {"derivatives"}),
        ("latest news on SOL", {"news", "rss"}),
        ("what are people saying about DOGE", {"social"}),
        ("why is BTC down today", {"market_data", "news", "rss"}),
        ("what is restaking", {"handbook"}),
        ("when is the next FOMC meeting", {"news", "calendar"}),
        ("asdf qwer", {"handbook"}),
    ],
)
def test_the_datasets_follow_from_plan_and_words(question: str, names: set[str]) -> None:
    assert set(chosen(question)) == names


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("quarterly report of Aave", "quarterlies"),
        ("what does the Q3 2025 report on Aave say", "quarterlies"),
        ("what does the diligence report say about Lido", "diligence"),
        ("what was said about Solana in the podcast", "video_transcripts"),
        ("blog post on restaking by Vitalik", "blogs"),
        ("research report on Ethena", "research"),
        ("the Uniswap website on fees", "web_pages"),
    ],
)
def test_texts_that_are_asked_for_by_name_are_chosen(question: str, name: str) -> None:
    assert name in chosen(question)
    types = next(dataset.types for dataset in DATASETS if dataset.name == name)
    assert set(types) <= set(asked_types(question))


def test_several_needs_are_all_met_in_the_order_of_the_table() -> None:
    found = chosen("What is the price of SOL? What is the TVL of Aave?")
    assert found == ("market_data", "tvl")


@pytest.mark.parametrize(
    ("question", "types"),
    [
        ("quarterly report of Aave", ("quarterly",)),
        ("what do people say about DOGE", ("social_post",)),
        ("any tweets about SOL", ("social_post",)),
        ("latest news on SOL", ("news", "exchange_announcement", "rss_item")),
        ("price of SOL", ()),
        ("why is BTC down today", ()),
    ],
)
def test_texts_are_narrowed_to_a_kind_only_where_the_words_name_it(
    question: str, types: tuple[DocumentType, ...]
) -> None:
    assert query(question).types == types


def test_how_things_work_is_searched_for_in_editorial_texts_of_any_asset() -> None:
    found = query("how does staking on Ethereum work")
    assert "handbook" in found.types
    assert "news" not in found.types
    assert found.asset_ids == ()


def test_assets_of_the_plans_narrow_the_search() -> None:
    assert query("latest news on SOL").asset_ids == (5426,)
    assert query("compare BTC and ETH over the last 30 days").asset_ids == (1, 1027)
    assert query("top gainers today").asset_ids == ()


@pytest.mark.parametrize(
    ("question", "after", "before"),
    [
        ("latest news on SOL", day(2026, 10, 23), None),
        ("news on SOL this week", day(2026, 11, 15), None),
        ("news on SOL today", day(2026, 11, 20), None),
        ("news on SOL in March 2026", day(2026, 3, 1), day(2026, 4, 1)),
        ("what caused the crash of BTC on 2024-08-05", day(2024, 8, 5), day(2024, 8, 6)),
        ("how did SOL do over the last 30 days", day(2026, 10, 23), None),
        ("price of SOL today", None, None),
        ("what is restaking", None, None),
        ("latest quarterly report of Aave", day(2026, 10, 23), None),
        ("price of SOL from 2025-06-01 to 2025-05-01", None, None),
    ],
)
def test_the_time_of_texts_follows_from_the_words(
    question: str, after: datetime | None, before: datetime | None
) -> None:
    found = query(question)
    assert (found.published_after, found.published_before) == (after, before)


def test_the_text_of_a_query_is_clean_and_bounded() -> None:
    found = document_query("a\u200b\x00b " + "x" * 9000, (), date(2026, 11, 22))
    assert len(found.text) <= 400
    assert "\x00" not in found.text
    assert found.limit >= 4
