"""Words and names become the lexemes by which they are asked for."""

from __future__ import annotations

import math

from cryptodesk.documents.index.fulltext import TextRow
from cryptodesk.documents.postgres.lexemes import HEAD, idf, lexemes_of, query_words, quoted
from cryptodesk.documents.records import Chunk
from tests.documents.index.fixtures import document


def row(text: str, names: tuple[str, ...] = (), **fields: object) -> TextRow:
    owner = document(1, text, **fields)
    return TextRow(0, owner, Chunk(owner.document_id, 0, text), names)


def test_a_word_has_the_weight_of_every_place_where_it_stands() -> None:
    found = lexemes_of(row("Staking rewards, and staking again", title="Staking", topics=("reward",)))

    assert set(found.words.split(" ")) == {"'stake':1A,2D,3D", "'reward':1B,2D", "'^stake'", "'^reward'"}
    assert set(found.word_keys) == {"stake", "reward", "^stake", "^reward"}


def test_only_so_many_occurrences_are_kept_as_add_something() -> None:
    found = lexemes_of(row("fee " * 400, title="x"))

    assert "'fee':" + ",".join(f"{at}D" for at in range(1, 9)) in found.words.split(" ")


def test_names_are_kept_as_they_are_written_and_once_more_if_they_stand_above_the_text() -> None:
    found = lexemes_of(row("On EIP-1559 fees.", ("Ethereum", "ETH"), title="Burning", topics=("gas",)))

    assert set(found.names) == {
        "on",
        "eip",
        "1559",
        "eip1559",
        "fees",
        *(f"{HEAD}{name}" for name in ("burning", "gas", "ethereum", "eth")),
    }


def test_a_question_has_the_words_of_the_texts_that_answer_it() -> None:
    text = "Decentralised organisations' behaviour: über-Größe 北京, EIP-1559 & $PEPE"
    keys = lexemes_of(row(text, title="x")).word_keys

    assert set(query_words(text)) == set(keys) - {"x", f"{HEAD}x"}
    assert query_words("what is this, and why?") == []


def test_a_question_has_no_more_words_than_are_looked_up() -> None:
    assert len(query_words(" ".join(f"word{number}" for number in range(500)))) == 48


def test_marks_of_the_notation_are_quoted() -> None:
    assert quoted("o'neil\\:a") == "'o''neil\\\\:a'"


def test_a_rare_word_is_worth_more_and_none_is_worth_nothing_at_all() -> None:
    worths = [idf(count, 1_000) for count in (0, 1, 10, 500, 1_000, 2_000)]

    assert worths == sorted(worths, reverse=True)
    assert worths[-1] > 0
    assert math.isclose(idf(10, 1_000), math.log(1 + 990.5 / 10.5))
