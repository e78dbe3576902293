"""Documents are made ready in a form that a database can hold."""

from __future__ import annotations

from datetime import timedelta

from msgspec.structs import replace

from cryptodesk.documents.postgres.preparing import batches, decode_head, passage_texts, prepare, storable
from tests.documents.index.fixtures import NOW, document


def test_what_no_text_can_hold_is_marked() -> None:
    assert storable("a\x00b\ud800c") == "a?b?c"
    assert storable("naïve 北京 \U0001f600") == "naïve 北京 \U0001f600"


def test_batches_are_bounded_by_documents_and_by_text_and_lose_nothing() -> None:
    many = [document(number) for number in range(2_500)]
    long = [document(number, "x" * 3_000_000) for number in range(4)]

    assert [len(batch) for batch in batches(many)] == [1_000, 1_000, 500]
    assert [each.document_id for batch in batches(many) for each in batch] == [each.document_id for each in many]
    assert [len(batch) for batch in batches(long)] == [2, 2]
    assert list(batches([])) == []


def test_of_one_id_the_last_is_kept_and_a_text_without_content_is_not() -> None:
    first, second = document(1, "The first."), document(1, "The second.")

    prepared = prepare([first, second, replace(document(2), text="  ")], lambda _asset_id: (), "model")

    assert [(each.document.document_id, each.chunks[0].text) for each in prepared] == [("d1", "The second.")]


def test_a_row_has_what_is_filtered_by_and_says_if_a_vector_was_given_up() -> None:
    news = document(1, "Some news.", type="news", asset_ids=(1, 1027), published_at=None, language="de")
    prepared = prepare([news], lambda _asset_id: ("Bitcoin",), "model")[0]
    text_hash = prepared.text_hashes[0]
    known_at = (NOW - timedelta(days=10)).timestamp()

    rows = [next(prepared.passage_rows(7, iter([8]), hopeless)) for hopeless in ((), {text_hash})]

    assert rows[0][:12] == (8, 7, 0, "news", "handbook", "de", [1, 1027], known_at, None, True, False, text_hash)
    assert [row[10] for row in rows] == [False, True]
    assert "^bitcoin" in rows[0][14]  # type: ignore[operator]


def test_the_head_of_a_document_is_the_document_without_its_text() -> None:
    original = document(1, "Text.", topics=("a", "b"), author="X")
    row = prepare([original], lambda _asset_id: (), "model")[0].document_row(3)

    assert row[:4] == (3, "d1", original.content_hash, original.known_at.timestamp())
    assert decode_head(row[4]) == replace(original, text="")  # type: ignore[arg-type]


def test_texts_to_embed_have_the_keys_of_their_passages() -> None:
    documents = [document(1, "Same."), document(2, "Same.", title="Title 1"), document(3, "Other.")]

    texts = passage_texts(documents, "model")
    keys = [each.text_hashes[0] for each in prepare(documents, lambda _asset_id: (), "model")]

    assert set(texts) == set(keys)
    assert keys[0] == keys[1] != keys[2]
    assert not set(passage_texts(documents, "another")) & set(texts)


def test_lexemes_are_counted_by_passages() -> None:
    text = "\n\n".join("## Part\n\n" + "Validators stake ether. " * 40 for _ in range(3))
    prepared = prepare([document(1, text)], lambda _asset_id: (), "model")[0]
    counts = prepared.lexeme_counts()

    assert counts[False, "valid"] == counts[True, "validators"] == len(prepared.chunks) == 3
