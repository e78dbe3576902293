"""The answer in code: what was written for each task, in order, and what texts add to it."""

from __future__ import annotations

from typing import Any

import pytest

from cryptodesk.core.research import ResearchOptions
from cryptodesk.documents.records import Hit
from cryptodesk.research.composing import compose, texts_part, with_texts
from cryptodesk.research.releasing import fill_book
from cryptodesk.research.state import Finding, ResearchState
from tests.research.desks import Fakes, hit, state_of, thread_with, trace

LONG = "Restaking lets staked ether secure other services. Whoever misbehaves there is slashed as well."
REPORT = ResearchOptions(depth="report")


def _texts(question: str, *hits: Hit, wants: bool = True, **options: Any) -> str:
    state = _state(question, *hits, wants=wants, **options)
    return texts_part(state)


def _state(question: str, *hits: Hit, wants: bool = True, **options: Any) -> ResearchState:
    state = state_of(Fakes(), question, options=ResearchOptions(**options))
    state.hits, state.wants_texts = list(hits), wants
    fill_book(state)
    return state


async def test_an_answer_is_what_each_thread_wrote_and_what_is_to_be_known() -> None:
    state = state_of(Fakes())
    state.threads = [thread_with("a", text="One."), thread_with("b"), thread_with("c", text="Two.")]
    state.findings = [
        Finding("conflict", "They differ."),
        Finding("chart", "No chart."),
        Finding("conflict", "They differ."),
    ]
    assert compose(state) == "One.\n\nTwo.\n\n- They differ."


async def test_a_report_has_a_title_a_summary_and_what_closes_it_once() -> None:
    state = state_of(Fakes(), "A report on Bitcoin?", options=REPORT)
    source = "_As of today. Source: somebody._"
    state.threads = [
        thread_with("a", text=f"Bitcoin rose 5% over the year.\n\n{source}", section="Performance"),
        thread_with("b", text=f"Bitcoin rose 5% over the year.\n\nIt is volatile.\n\n{source}", section="Risk"),
        thread_with("c", text="", section="Nothing"),
    ]
    state.notes = ["Nothing was searched."]
    text = compose(state)
    headings = [line for line in text.splitlines() if line.startswith("#")]
    assert headings == [
        "# A report on Bitcoin?", "## Summary", "## Performance", "## Risk", "## What to know of the evidence",
        "## Data and dates",
    ]  # fmt: skip
    assert text.count(source) == 1
    assert text.partition("## Risk")[2].count("rose 5%") == 0


async def test_a_plain_report_has_no_markup() -> None:
    options = ResearchOptions(depth="report", is_plain=True)
    state = state_of(Fakes(), "A report on Bitcoin?", options=options)
    state.threads = [thread_with("a", text="It rose.", section="Performance")]
    assert "#" not in compose(state)
    assert "Performance:\n\nIt rose." in compose(state)


async def test_passages_about_the_question_are_quoted_word_for_word_and_cited() -> None:
    part = _texts("How is restaking slashed?", hit(text=LONG), hit("handbook/b", "Bridges were robbed of much ether."))
    assert part == f"### What texts say\n\n- “{LONG}” (Some house) [1]"


@pytest.mark.parametrize(
    ("question", "options", "wants"),
    [
        ("What is the price of Bitcoin?", {"verbosity": "verbose"}, False),
        ("How is restaking slashed?", {"verbosity": "succinct"}, True),
        ("How do validators of Cardano vote?", {}, True),
    ],
    ids=["figures alone", "briefly", "nothing about it"],
)
async def test_no_passages_where_none_are_wanted_or_none_fit(question: str, options: Any, *, wants: bool) -> None:
    state = _state(question, hit(text=LONG, asset_ids=(1,)), wants=wants, **options)
    assert texts_part(state) == ""
    assert len(state.numbering) == 0


async def test_where_the_answer_quotes_texts_none_are_added() -> None:
    state = _state("How is restaking slashed?", hit(text=LONG))
    state.threads = [thread_with("a", trace("a", "cmc_content_search", {}))]
    assert texts_part(state) == ""


async def test_of_an_asset_only_passages_about_it_are_told() -> None:
    about = hit("a", "The validators of Solana vote in every slot of the chain.", asset_ids=(5426,))
    other = hit("b", "The validators of Cosmos vote in every round of theirs.", asset_ids=(3794,))
    beside = hit("c", "Solana was founded by people from a phone maker in California.", asset_ids=(5426,))
    part = _texts("How do validators of Solana vote?", other, beside, about)
    assert "every slot" in part
    assert "Cosmos" not in part
    assert "phone maker" not in part


async def test_only_what_is_written_gets_a_number() -> None:
    hits = [hit(f"handbook/{number}", f"{LONG} Number {number}.") for number in range(6)]
    state = _state("How does restaking get slashed?", *hits)
    assert texts_part(state).count("- “") == len(state.numbering) == 2


async def test_rows_of_tables_and_scraps_are_no_quotation() -> None:
    table = "| a | b |\n|---|---|\n| restaking | slashing |\n"
    assert "|" not in _texts("How does restaking get slashed?", hit(text=f"{table}\n{LONG}"))
    assert _texts("How does restaking get slashed?", hit(text=f"{table}Restaking.")) == ""


async def test_without_inline_citations_no_marker_is_written_and_the_source_is_counted() -> None:
    state = _state("How does restaking get slashed?", hit(text=LONG), cites_inline=False)
    assert "[1]" not in texts_part(state)
    assert len(state.numbering) == 1


def test_texts_stand_before_what_closes_a_report() -> None:
    text = "# Title\n\n## Risk\n\nMuch.\n\n## Data and dates\n\n_As of._"
    assert (
        with_texts(text, "T", is_plain=False).text
        == "# Title\n\n## Risk\n\nMuch.\n\nT\n\n## Data and dates\n\n_As of._"
    )
    assert with_texts("An answer.", "T", is_plain=False).text == "An answer.\n\nT"
    assert with_texts("An answer.", "", is_plain=False).text == "An answer."


async def test_a_question_with_one_telling_word_is_about_what_a_title_says() -> None:
    text = "Whoever looks for a trend in prices finds one, and seldom the one that counts."
    assert _texts("What is trending at the moment?", hit(text=text)) == ""
    assert "finds one" in _texts("What is trending at the moment?", hit(text=text, title="Trends and averages"))
