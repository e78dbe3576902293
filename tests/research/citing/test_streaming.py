"""A model's marks in a stream: mapped, checked, numbered or dropped; the same however the text was cut."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cryptodesk.research.citing import CitingPolicy, CitingReport, CitingStream, FactSheet, Numbering
from cryptodesk.research.citing.marks import numbers_in
from tests.research.citing.books import NOW, documents_book, market_book

TRUE = "Operators run software for services"
DENIED = "Deposits on Base were affected"
POLICY = CitingPolicy(now=NOW)


def stream(
    text: str, *cuts: int, policy: CitingPolicy = POLICY, with_sheet: bool = False
) -> tuple[str, CitingReport, Numbering]:
    book = documents_book()
    numbering = Numbering(book)
    sheet = FactSheet(book, "price of bitcoin", NOW) if with_sheet else None
    one = CitingStream(book, numbering, sheet, policy)
    places = [0, *sorted({min(cut, len(text)) for cut in cuts}), len(text)]
    given_out = [piece for start, end in pairwise(places) for piece in one.feed(text[start:end])]
    rest, report = one.finish()
    return "".join(given_out) + rest, report, numbering


@pytest.mark.parametrize(
    "mark", ["[[s1]]", "[s1]", "[1]", " [[s1]]", "[[ s1 ]]", "[^1]", "【1】", "【1†source】", "[S1]"]
)
def test_every_form_of_a_mark_becomes_the_number(mark: str) -> None:
    assert stream(f"{TRUE}{mark}.")[0] == f"{TRUE} [1]."


@pytest.mark.parametrize("end", [". [[s1]]", ".[[s1]]", "! [1]", "[[s1]].", " [[s1]]."])
def test_a_mark_behind_the_stop_is_of_the_sentence_before(end: str) -> None:
    text, report, _ = stream(f"{TRUE}{end} Nothing else is said here.")
    assert text.startswith(f"{TRUE} [1]")
    assert text.endswith(" Nothing else is said here.")
    assert [one.number for one in report.cited] == [1]


def test_what_the_source_denies_loses_its_citation_and_is_told() -> None:
    text, report, numbering = stream(f"{DENIED} [[s2]].")
    assert text == f"{DENIED}."
    assert [one.text for one in report.dropped] == [DENIED]
    assert report.dropped[0].reason.startswith("s2: the source denies")
    assert numbering.sources() == ()


@pytest.mark.parametrize("mark", ["[[s77]]", "[99]", "[s0]", "[[s1x]]", "[0]"])
def test_a_mark_of_no_source_names_none(mark: str) -> None:
    text, report, numbering = stream(f"{TRUE} {mark}.")
    assert numbers_in(text) == ()
    assert numbering.sources() == ()
    assert report.cited == ()


def test_of_two_marks_each_is_checked_for_its_own_words() -> None:
    text, report, _ = stream(f"{TRUE} [[s1]], and the attacker drained about $96 million [[s1]][[s2]].")
    assert text == f"{TRUE} [1], and the attacker drained about $96 million [2]."
    assert [one.number for one in report.cited] == [1, 2]
    assert len(report.dropped) == 1


def test_code_and_links_are_left_alone() -> None:
    text = "See [docs](https://x.example/a[1]) and `a[1]. [2]`.\n\n```\nx = y[1]. [[s1]]\n```\nDone."
    assert stream(text)[0] == text


def test_a_row_is_cited_in_its_first_cell_and_an_item_at_its_end() -> None:
    text = f"| Role | Does |\n| --- | --- |\n| Operators | run software for services [[s1]] |\n\n- {TRUE} [[s1]]\n"
    found = stream(text)[0]
    assert "| Operators [1] | run software for services |" in found
    assert f"- {TRUE} [1]\n" in found


def test_sentences_come_out_as_soon_as_they_are_whole() -> None:
    book = documents_book()
    one = CitingStream(book, Numbering(book), None, POLICY)
    assert one.feed(f"{TRUE}. [[s") == []
    assert one.feed("1]] Ne") == [f"{TRUE} [1]."]
    assert one.feed("xt is not whole") == []
    assert one.feed(".\nX") == [" Next is not whole."]


def test_without_markers_the_sources_are_still_numbered() -> None:
    text, report, numbering = stream(f"{TRUE} [[s1]].", policy=CitingPolicy(cites_inline=False, now=NOW))
    assert text == f"{TRUE}."
    assert [one.citation_id for one in numbering.sources()] == [1]
    assert len(report.cited) == 1


def test_digits_of_a_model_are_bound_by_the_verifier_or_not_cited() -> None:
    text, report, _ = stream("Bitcoin costs $78,264.10 [[s3]]. Solana costs $105.15 [[s5]]. Its fee is 41,777 [[s5]].")
    assert numbers_in(text) == (1,)
    assert len(report.dropped) == 2
    assert [text[one.start : one.end] for one in report.free] == ["41,777"]


def test_facts_are_filled_in_and_cited_where_the_model_named_no_source() -> None:
    text, report, numbering = stream("Bitcoin costs {{f1}}. It rose 5% [[s3]].", with_sheet=True)
    assert text == "Bitcoin costs $78,264.10 [1]. It rose 5%."
    assert [text[one.start : one.end] for one in report.filled] == ["$78,264.10"]
    assert [text[one.start : one.end] for one in report.free] == ["5%"]
    assert [source.key for source in numbering.sources()] == ["series:binance_usdm:1"]
    assert report.dropped[0].reason == "s3: 5% is no reference"


def test_a_reference_to_no_fact_is_told() -> None:
    text, report, _ = stream("Bitcoin costs {{f999}}.", with_sheet=True)
    assert text == "Bitcoin costs n/a."
    assert report.unknown == ("{{f999}}",)


def test_the_words_of_the_user_and_of_a_cited_document_are_no_free_figures() -> None:
    policy = CitingPolicy(user_texts=("I hold 300 tokens",), now=NOW)
    text = "You hold 300 tokens. The attacker drained 41,200 ether [[s2]]."
    assert stream(text, with_sheet=True, policy=policy)[1].free == ()
    assert len(stream(text.replace(" [[s2]]", ""), with_sheet=True, policy=policy)[1].free) == 1


def test_a_heading_carries_no_citation() -> None:
    assert numbers_in(stream(f"## {TRUE} [[s1]]\n\n{TRUE} [[s1]].")[0]) == (1,)


TEXTS = (
    f"# About it\n\n{TRUE}. [[s1]] {DENIED} [s2]! See [x](https://x.example/[1]).\n\n- one [1]\n- two `b[2].` [2]\n",
    "| A | B |\n| --- | --- |\n| Bitcoin {{f1}} [[s3]] | {{ f2|signed }} |\n\n```py\na[1]. [2]\n```\n`x` . [3] end",
    "]] [[s1 [[ [[s1]] 【1】 [1][2] [1, 2]; [1–3]... [[s1]]\n> “quoted” [1]\n"
    "> \u200b[99]\nBitcoin costs $78,264.10.[3]\n\n",
)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(TEXTS), st.lists(st.integers(0, 220), max_size=24), st.booleans())
def test_what_results_does_not_depend_on_the_cuts(text: str, cuts: list[int], with_sheet: bool) -> None:
    whole, report, numbering = stream(text, with_sheet=with_sheet)
    found, other, again = stream(text, *cuts, with_sheet=with_sheet)
    assert found == whole
    assert other == report
    assert again.sources() == numbering.sources()


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="[[]]s19【】`.!\n |#-*“”({}f)a 2", max_size=120))
def test_no_text_makes_a_number_without_a_source_or_loses_its_words(text: str) -> None:
    found, _, numbering = stream(text)
    assert set(numbers_in(found)) <= {source.citation_id for source in numbering.sources()}
    assert found.count("a") == text.count("a")


@pytest.mark.parametrize("text", ["[[[s9]]1]", "[1[[s9]]2]", "[1,[77] 2]", "[[[9]s1]]", "[[[[s9]]s1]]"])
def test_what_is_left_of_nested_marks_is_no_mark(text: str) -> None:
    found, _, numbering = stream(f"It is so {text} today.")
    assert set(numbers_in(found)) <= {source.citation_id for source in numbering.sources()}


def test_a_book_without_sources_gives_the_text_without_marks() -> None:
    book = market_book()
    one = CitingStream(book, Numbering(book))
    given_out = one.feed("Nothing is certain [[s9]]. [4]")
    rest, report = one.finish()
    assert "".join(given_out) + rest == "Nothing is certain."
    assert len(report.dropped) == 2
