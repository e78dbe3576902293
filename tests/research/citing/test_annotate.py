"""Citations of text that code wrote: real answers over both offline markets, and hand-made ones that mean harm."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Struct

from cryptodesk.app.desk import Desk
from cryptodesk.core.events import RunFold
from cryptodesk.core.messages import ToolCallPart
from cryptodesk.core.verification import Verification
from cryptodesk.research.citing import AnnotatedText, CitationGrade, Numbering, SourceBook, annotate, grade
from cryptodesk.research.citing.marks import bare, numbers_in
from cryptodesk.verification import Checker
from cryptodesk.verification.verdicts import summed
from tests.models.analyst.skills.content_desk import open_desks
from tests.research.citing.books import NOW, add_market, add_passages, documents_book, market_book, passage

# The desks are opened once: their answers stay on one worker.
pytestmark = pytest.mark.xdist_group("citing-answers")
asyncio_module = pytest.mark.asyncio(loop_scope="module")

QUESTIONS: dict[str, Sequence[str]] = {
    "snapshot": (
        "price of bitcoin", "compare BTC, ETH and SOL", "ETH over the last 30 days", "ETH/BTC ratio over 6 months",
        "I hold 0.5 BTC and 10 ETH", "When is the next Bitcoin halving?", "convert 2 ETH to BTC", "what is restaking",
        "difference between PoW and PoS", "how can I keep a seed phrase safe", "max drawdown of SOL since 2024",
    ),
    "simulated": (
        "price of bitcoin", "meme coins", "bitcoin dominance", "TVL of Solana", "next unlock of ARB",
        "latest news on SOL", "why did bitcoin move today", "top gainers today",
        "funding rate of BTC",
    ),
}  # fmt: skip


class Told(Struct):
    """An answer of the analyst, as it came and with its citations."""

    question: str
    text: str
    verification: Verification
    book: SourceBook
    numbering: Numbering
    cited: AnnotatedText

    @property
    def grade(self) -> CitationGrade:
        return grade(self.cited.text, self.numbering.sources(), self.book, self.cited.verification)


async def _told(desk: Desk, question: str) -> Told:
    fold, book = RunFold(), SourceBook()
    async for batch in desk.engine.run(desk.question(question)):
        for event in batch:
            fold.add(event)
    assert fold.finished is not None, fold.failed
    for trace in fold.traces:
        book.add_result(ToolCallPart(trace.call_id, trace.name, trace.arguments), trace.model_content)
        book.add_citations(trace.call_id, trace.citations or ())
    found = fold.finished.verification or summed(())
    numbering = Numbering(book)
    return Told(question, fold.text, found, book, numbering, annotate(fold.text, found, book, numbering, inline=True))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def answers(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[dict[str, list[Told]]]:
    home: Path = tmp_path_factory.mktemp("citing")
    async with open_desks(home) as desks:
        yield {where: [await _told(desks[where], one) for one in questions] for where, questions in QUESTIONS.items()}


def each(answers: dict[str, list[Told]]) -> list[Told]:
    return [one for told in answers.values() for one in told]


def named(answers: dict[str, list[Told]], where: str, question: str) -> Told:
    return next(one for one in answers[where] if one.question == question)


@asyncio_module
async def test_every_citation_is_borne_out_and_nearly_all_that_has_a_source_is_cited(
    answers: dict[str, list[Told]],
) -> None:
    grades = [one.grade for one in each(answers)]
    assert [fault for one in grades for fault in one.faults] == []
    assert [one.unknown_ids for one in grades if one.unknown_ids] == []
    assert sum(one.cited for one in grades) >= 80
    assert sum(one.covered for one in grades) >= 0.9 * sum(one.citable for one in grades)


@asyncio_module
async def test_numbers_are_dense_from_one_in_the_order_of_mention(answers: dict[str, list[Told]]) -> None:
    for one in each(answers):
        seen = list(dict.fromkeys(numbers_in(one.cited.text)))
        assert seen == list(range(1, len(seen) + 1)), one.question
        assert [source.citation_id for source in one.numbering.sources()] == seen
        assert all(source.domain and source.title for source in one.numbering.sources())


@asyncio_module
async def test_without_the_markers_the_text_is_what_it_was(answers: dict[str, list[Told]]) -> None:
    for one in each(answers):
        assert re.sub(r"\s+", "", _unlinked(bare(one.cited.text))) == re.sub(r"\s+", "", _unlinked(bare(one.text)))


def _unlinked(text: str) -> str:
    return re.sub(r"\[([^\[\]\n]+)\]\(https?://[^\s()]*\)", r"\1", text)


@asyncio_module
async def test_figures_are_where_the_verification_says(answers: dict[str, list[Told]]) -> None:
    for one in each(answers):
        placed = [figure for figure in one.cited.verification.figures if figure.action != "left_out"]
        assert [one.cited.text[figure.start : figure.end] for figure in placed] == [figure.text for figure in placed]


@asyncio_module
async def test_the_verifier_reads_no_marker_as_a_figure(answers: dict[str, list[Told]]) -> None:
    for one in each(answers):
        again = Checker(one.book.results, [one.question], NOW).check(one.cited.text)
        plain = Checker(one.book.results, [one.question], NOW).check(_unlinked(bare(one.text)))
        assert [figure.text for figure in again.figures] == [figure.text for figure in plain.figures], one.question


@asyncio_module
async def test_without_markers_the_sources_are_numbered_the_same(answers: dict[str, list[Told]]) -> None:
    for one in each(answers):
        numbering = Numbering(one.book)
        found = annotate(one.text, one.verification, one.book, numbering, inline=False)
        assert numbers_in(found.text) == ()
        assert numbering.sources() == one.numbering.sources()


@asyncio_module
async def test_a_price_is_of_its_series_and_the_closing_line_names_it(answers: dict[str, list[Told]]) -> None:
    told = named(answers, "snapshot", "price of bitcoin")
    assert "as of 2026-09-10 00:00 UTC [1]. It fell 0.21% over the 24 hours before [1]." in told.cited.text
    assert "Source: binance_usdm._ [1]" in told.cited.text
    assert [source.key for source in told.numbering.sources()] == ["series:binance_usdm:1"]


@asyncio_module
async def test_rows_of_a_table_are_cited_in_their_first_cell(answers: dict[str, list[Told]]) -> None:
    text = named(answers, "snapshot", "compare BTC, ETH and SOL").cited.text
    rows = [line for line in text.splitlines() if line.startswith("| ") and "---" not in line]
    assert "[" not in rows[0]
    assert [row.split("|")[1].strip() for row in rows[1:]] == [
        "Bitcoin (BTC) [2][3]", "Ethereum (ETH) [4]", "Solana (SOL) [1]",
    ]  # fmt: skip


@asyncio_module
async def test_a_quotation_is_cited_and_its_attribution_stays_readable(answers: dict[str, list[Told]]) -> None:
    told = named(answers, "snapshot", "what is restaking")
    assert "” [1]\n>\n> [1] cryptodesk handbook, Restaking (rests on: EigenLayer Overview)" in told.cited.text
    assert "https://" not in told.cited.text
    source = told.numbering.sources()[0]
    assert (source.key, source.domain) == ("document:handbook/defi/restaking", "cryptodesk handbook")
    assert source.url.startswith("https://")


@asyncio_module
async def test_news_keep_date_title_and_publisher_and_their_links_go_into_the_list(
    answers: dict[str, list[Told]],
) -> None:
    told = named(answers, "simulated", "latest news on SOL")
    items = [line for line in told.cited.text.splitlines() if line.startswith("- **")]
    assert [numbers_in(item) for item in items] == [(number,) for number in range(1, len(items) + 1)]
    for item, source in zip(items, told.numbering.sources(), strict=True):
        assert source.title in item
        assert source.url
        assert source.url not in item


@asyncio_module
async def test_links_stay_in_the_text_when_they_are_to(answers: dict[str, list[Told]]) -> None:
    told = named(answers, "simulated", "latest news on SOL")
    found = annotate(told.text, told.verification, told.book, Numbering(told.book), inline=True, keeps_links=True)
    assert found.text.count("](https://") == told.text.count("](https://") > 2


# --- by hand -------------------------------------------------------------------------------------------------------


def cited(text: str, book: SourceBook, **options: Any) -> tuple[str, Numbering]:
    numbering = Numbering(book)
    found = Checker(book.results, [], NOW).check(text)
    return annotate(text, found, book, numbering, **{"inline": True, **options}).text, numbering


def test_what_is_contradicted_goes_without_a_citation_and_is_told() -> None:
    book, text = market_book(), "Bitcoin costs $78,264.10. Solana costs $99.99."
    numbering = Numbering(book)
    found = annotate(text, Checker(book.results, [], NOW).check(text), book, numbering, inline=True)
    assert found.text == "Bitcoin costs $78,264.10 [1]. Solana costs $99.99."
    assert [one.text for one in found.dropped] == ["Solana costs $99.99."]


BOOK = documents_book()
PRICES = ((1, "Bitcoin", 78264.1), (1027, "Ethereum", 2466.97), (5426, "Solana", 101.51), (74, "Dogecoin", 0.1234))


def test_a_sentence_has_no_more_than_three_markers() -> None:
    book = SourceBook()
    rows = [
        {"asset_id": at, "name": name, "symbol": name[:3].upper(), "price": price}
        for at, name, price in PRICES
    ]  # fmt: skip
    add_market(book, *rows)
    text = "Bitcoin costs $78,264.10, Ethereum $2,466.97, Solana $101.51 and Dogecoin $0.1234."
    assert numbers_in(cited(text, book)[0]) == (1, 2, 3)


@pytest.mark.parametrize(
    "text",
    [
        "It is said [7] so.", "[99] It is so.", "It is [^3] so [1, 2].", "- item [12]", "> quotation [5]", "[[s9]] x",
        "| a [4] | b |\n| --- | --- |\n| c [9] | d |",
    ],
)  # fmt: skip
def test_a_number_of_no_source_is_removed(text: str) -> None:
    found, numbering = cited(text, market_book())
    assert "[" not in found
    assert numbering.sources() == ()


@pytest.mark.parametrize(
    "text",
    [
        "`a[1]` stays",
        "```\nx = a[1] # $78,264.10\n```",
        "see [1](https://x.example/a) there",
        "at https://x.example/[1]",
    ],
)
def test_code_and_links_are_left_alone(text: str) -> None:
    assert cited(text, market_book())[0] == text


def test_the_same_number_of_two_searches_is_told_apart_by_the_link() -> None:
    book = SourceBook()
    add_passages(book, passage(1, "The first of all titles", "One."), call_id="c1")
    add_passages(book, passage(1, "The second of all titles", "Two.", url="https://other.example/a"), call_id="c2")
    text = "- [The second of all titles](https://other.example/a), Gazette [1]\n"
    text += "- [The first of all titles](https://www.gazette.example/1), Gazette [1]"
    found, numbering = cited(text, book)
    assert found == "- The second of all titles, Gazette [1]\n- The first of all titles, Gazette [2]"
    assert [one.domain for one in numbering.sources()] == ["other.example", "gazette.example"]


@pytest.mark.parametrize(
    "text",
    ["", "\n\n", "[" * 500, "]] [[s1", "| |", "|", ">", "> [1", "\u200b[1]\u200b",
     "a" * 5_000, "[x](", "```", "- ", "[1][2][3]" * 50],
)  # fmt: skip
def test_odd_texts_are_given_back_without_an_error(text: str) -> None:
    found, _ = cited(text, documents_book())
    assert len(found) <= len(text) + 400


@pytest.mark.parametrize("text", ["[[[s9]]1]", "[1[[s9]]2]", "[1,[77] 2]", "[[[9]s1]]", "[[[[s9]]s1]]"])
def test_what_is_left_of_nested_marks_is_no_mark(text: str) -> None:
    assert numbers_in(cited(f"It is so {text} today.", market_book())[0]) == ()


@settings(max_examples=120, deadline=None)
@given(st.text(alphabet="[[]]s12【】`.!\n |#-*“”()a>_$78,264.10 %", max_size=140))
def test_no_text_makes_a_number_without_a_source_or_loses_its_words(text: str) -> None:
    found, numbering = cited(text, BOOK)
    assert set(numbers_in(found)) <= {source.citation_id for source in numbering.sources()}
    assert found.count("a") == text.count("a")


def test_moved_figures_keep_their_verdicts() -> None:
    book, text = market_book(), "Bitcoin costs $78,264.10. Solana costs $101.51, says [99] nobody."
    verification = Checker(book.results, [], NOW).check(text)
    found = annotate(text, verification, book, Numbering(book), inline=True)
    assert found.text == "Bitcoin costs $78,264.10 [1]. Solana costs $101.51, says nobody [2]."
    assert [found.text[one.start : one.end] for one in found.verification.figures] == ["$78,264.10", "$101.51"]
    assert [one.verdict for one in found.verification.figures] == [one.verdict for one in verification.figures]
    assert found.verification.counts == verification.counts
