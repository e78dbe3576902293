"""BM25 over several indexes at once."""

from __future__ import annotations

from datetime import UTC, datetime

from cryptodesk.documents.records import Document, DocumentType
from cryptodesk.documents.simulated.ranking import TextIndex, View, rank, tokens_of

MOMENT = datetime(2026, 3, 11, tzinfo=UTC)


def _document(text: str, title: str = "", type_: DocumentType = "news") -> Document:
    return Document(
        document_id=text[:20],
        type=type_,
        source="test",
        publisher="Test",
        title=title,
        text=text,
        fetched_at=MOMENT,
        known_at=MOMENT,
        content_hash="",
    )


def _view(documents: list[Document]) -> View:
    return View(TextIndex(documents))


def test_words_are_folded_and_those_that_say_nothing_are_left_out() -> None:
    assert tokens_of("The Prices of BITCOIN, exploited!") == tokens_of("price bitcoin exploiting")
    assert tokens_of("is it the") == []
    assert tokens_of("価格上昇 BTC") == ["価", "格", "上", "昇", "btc"]
    assert len(tokens_of("word " * 5_000)) == 400


def test_a_rare_word_weighs_more_than_a_common_one() -> None:
    index = _view([_document("market market otter"), *(_document(f"market news {number}") for number in range(9))])
    scores = rank("otter market", [index])[0]

    assert max(scores, key=scores.__getitem__) == 0
    assert rank("otter", [index])[0].keys() == {0}


def test_a_title_counts_more_than_the_text_and_a_long_text_less() -> None:
    titled = _document("about something else", title="otter")
    short, long_ = _document("an otter was seen"), _document("an otter was seen " + "and other animals too " * 30)
    scores = rank("otter", [_view([long_, short, titled])])[0]

    assert scores[2] > scores[1] > scores[0]


def test_the_start_of_a_post_is_not_counted_twice() -> None:
    once = _document("otter by the river", type_="social_post")
    twice = _document("otter by the river", title="otter by the river", type_="social_post")
    scores = rank("otter", [_view([once, twice])])[0]

    assert scores[0] == scores[1]


def test_indexes_are_ranked_as_if_they_were_one() -> None:
    documents = [_document(f"otter {'river ' * number}stone") for number in range(6)]
    whole = rank("otter river", [_view(documents)])[0]
    parts = rank("otter river", [_view(documents[:2]), _view(documents[2:])])

    assert {**parts[0], **{place + 2: score for place, score in parts[1].items()}} == whole


def test_nothing_to_look_through_or_for_finds_nothing() -> None:
    assert rank("otter", []) == []
    assert rank("otter", [_view([])]) == [{}]
    assert rank("the", [_view([_document("the otter")])]) == [{}]


def test_texts_that_are_not_seen_have_no_say_in_the_scores_of_the_others() -> None:
    documents = [_document("otter stone"), _document("otter river"), _document("river river sand")]
    seen = rank("otter river", [View(TextIndex(documents), frozenset({0, 1}))])

    assert seen == rank("otter river", [_view(documents[:2])])
    assert seen != rank("otter river", [_view(documents)])
