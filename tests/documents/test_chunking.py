"""Passages keep headings, sentences and table rows whole, and cost no more than the text is long."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from itertools import islice

import pytest

from cryptodesk.documents.chunking import MOST_CHARACTERS, MOST_CHUNKS, chunk_document, chunk_text
from cryptodesk.documents.handbook import load_articles
from cryptodesk.documents.records import Chunk, Document

MOST_OF_A_PASSAGE = 1_200
NOW = datetime(2026, 11, 22, tzinfo=UTC)


def _document(text: str) -> Document:
    return Document(
        document_id="d1",
        type="blog",
        source="markdown",
        publisher="A publisher",
        title="A title",
        text=text,
        fetched_at=NOW,
        known_at=NOW,
        content_hash="0" * 64,
    )


def _sentences(count: int, word: str = "word") -> str:
    return " ".join(f"Sentence {number} has {word} and {word} and another {word}." for number in range(count))


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def test_chunks_are_numbered_in_the_order_of_the_text() -> None:
    chunks = chunk_document(_document("\n\n".join(f"{number} {_sentences(12)}" for number in range(5))))

    assert [chunk.number for chunk in chunks] == list(range(len(chunks)))
    assert {chunk.document_id for chunk in chunks} == {"d1"}
    assert [int(chunk.text.split()[0]) for chunk in chunks] == sorted(range(5))


@pytest.mark.parametrize("text", ["", "   ", "\n\n\n", "\t\r\n "])
def test_a_text_without_content_has_no_passage(text: str) -> None:
    assert chunk_document(_document(text)) == ()


def test_a_short_text_is_one_passage_unchanged() -> None:
    assert chunk_document(_document("Bitcoin is up.")) == (Chunk("d1", 0, "Bitcoin is up."),)


def test_every_article_of_the_handbook_is_cut_without_loss_into_passages_of_the_wanted_size() -> None:
    sizes: list[int] = []
    for article in load_articles():
        passages = list(chunk_text(article.body))
        sizes += map(len, passages)

        assert _squeezed("".join(passages)) == _squeezed(article.body), article.slug

    assert min(sizes) >= 150
    assert max(sizes) <= MOST_OF_A_PASSAGE
    assert 700 <= sum(sizes) / len(sizes) <= MOST_CHARACTERS


def test_the_same_text_is_cut_the_same_way() -> None:
    text = load_articles()[0].body * 7

    assert list(chunk_text(text)) == list(chunk_text(text))


def test_a_long_paragraph_is_cut_between_sentences() -> None:
    passages = list(chunk_text(_sentences(200)))

    assert len(passages) > 5
    assert all(passage.startswith("Sentence") and passage.endswith(".") for passage in passages)
    assert all(700 <= len(passage) <= MOST_CHARACTERS for passage in passages[:-1])


def test_a_decimal_point_or_an_abbreviation_in_lower_case_ends_no_sentence() -> None:
    sentence = "The fee was 0.25 percent, i.e. less than before, at approx. noon."

    for passage in chunk_text(" ".join([sentence] * 60)):
        assert passage.replace(sentence, "").strip() == ""


def test_closing_quotes_stay_with_their_sentence() -> None:
    sentence = "“We did not see it coming.” Then it came."

    for passage in chunk_text(" ".join([sentence] * 80)):
        assert not passage.startswith("”")


def test_a_heading_stays_with_what_follows_it() -> None:
    text = "\n\n".join(f"## Part {number}\n\n{_sentences(14)}" for number in range(6))

    passages = list(chunk_text(text))

    assert sum("## Part" in passage for passage in passages) == 6
    assert not any(passage.splitlines()[-1].startswith("#") for passage in passages)


def test_a_new_section_begins_a_passage_when_the_last_one_says_enough() -> None:
    passages = list(chunk_text(f"{_sentences(10)}\n\n# Next\n\n{_sentences(10)}"))

    assert [passage.startswith("# Next") for passage in passages] == [False, True]


def test_many_headings_in_a_row_are_text_like_any_other() -> None:
    passages = list(chunk_text("\n".join(f"# Heading number {number}" for number in range(300))))

    assert _squeezed("".join(passages)).count("#Heading") == 300
    assert all(len(passage) <= MOST_OF_A_PASSAGE for passage in passages)


def test_rows_of_a_long_table_stay_whole_under_a_repeated_head() -> None:
    head = "| coin | price |\n|---|---|"
    rows = [f"| coin number {number} | {number} dollars and some cents |" for number in range(120)]

    passages = list(chunk_text("\n".join([head, *rows])))

    assert len(passages) > 3
    assert all(passage.startswith(head) for passage in passages)
    assert [row for passage in passages for row in passage.splitlines()[2:]] == rows


def test_a_small_table_stays_in_one_passage_with_its_paragraph() -> None:
    text = f"{_sentences(5)}\n\n| a | b |\n|---|---|\n| 1 | 2 |"

    assert list(chunk_text(text)) == [text]


def test_a_row_longer_than_a_passage_is_cut_like_a_paragraph() -> None:
    row = "| " + "cell " * 1_000 + "|"

    passages = list(chunk_text(f"| a |\n|---|\n| 1 |\n{row}\n| 2 |"))

    assert all(len(passage) <= MOST_OF_A_PASSAGE for passage in passages)
    assert sum(passage.count("cell") for passage in passages) == 1_000


def test_a_text_without_sentences_is_cut_between_words() -> None:
    passages = list(chunk_text("word " * 2_000))

    assert all(set(passage.split()) == {"word"} for passage in passages)
    assert sum(len(passage.split()) for passage in passages) == 2_000


def test_ideographs_take_a_quarter_of_the_characters() -> None:
    passages = list(chunk_text("比特币是一种去中心化的数字货币。" * 200))

    assert all(passage.endswith("。") for passage in passages)
    assert all(len(passage) <= MOST_CHARACTERS / 3 for passage in passages)
    assert sum(map(len, passages)) == 200 * 16


def test_a_short_rest_joins_the_passage_before() -> None:
    passages = list(chunk_text(f"{_sentences(20)}\n\nThe end."))

    assert len(passages) == 1
    assert passages[0].endswith("The end.")


@pytest.mark.parametrize(
    "unit",
    ["word ", "x", "a\n", "It is so. ", "# a\n", "| 1 | 2 |\n", "|", '."', "a\n\n", "中", "。", "- item\n", "! "],
    ids=ascii,
)
def test_a_text_of_100_mb_gives_at_most_2000_passages_and_is_not_read_to_its_end(unit: str) -> None:
    class Counted(str):
        """A text whose end must not be looked at; it is long without being there."""

        longest_slice = 0

        def lstrip(self, _characters: str | None = None) -> Counted:  # type: ignore[override]
            return self

        def __getitem__(self, key: object) -> str:
            assert isinstance(key, slice)
            assert key.stop is not None
            Counted.longest_slice = max(Counted.longest_slice, key.stop)
            return unit * (key.stop // len(unit))

    passages = list(islice(chunk_text(Counted("a text of 100 MB")), MOST_CHUNKS + 1))

    assert Counted.longest_slice <= 3_000_000
    assert 0 < len(passages[:MOST_CHUNKS]) <= MOST_CHUNKS
    assert max(map(len, passages)) <= MOST_OF_A_PASSAGE


def test_a_document_has_at_most_2000_chunks() -> None:
    assert len(chunk_document(_document("x" * 3_000_000))) == MOST_CHUNKS


def test_a_table_rule_of_any_length_is_told_from_text_in_one_pass() -> None:
    text = "|a\n" + "|-" * 200_000 + "x\n|b\n|c"

    assert _squeezed("".join(chunk_text(text))) == _squeezed(text)
