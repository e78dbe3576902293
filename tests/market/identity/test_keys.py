"""The table of names: exact keys, parts of keys and misspelt keys, best known rows first."""

from __future__ import annotations

import random
import string
from threading import Thread

import pytest
from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from cryptodesk.market.identity.keys import FUZZY_DISTANCE, FUZZY_LETTERS, FUZZY_RATIO, KeyTable


@pytest.fixture
def table() -> KeyTable:
    table = KeyTable()
    for position, name in enumerate(("bitcoin", "bitcoin cash", "wrapped bitcoin", "bit", "orbital", "habit")):
        table.add(name, position, "name")
    table.add("btc", 0, "symbol")
    table.add("btc", 2, "alias")
    return table


def test_a_key_lists_its_bearers_in_the_order_of_the_rows(table: KeyTable) -> None:
    assert [(hit.position, hit.kind, hit.how) for hit in table.exact("btc")] == [
        (0, "symbol", "exact"),
        (2, "alias", "exact"),
    ]
    assert table.exact("nobody") == []
    assert "btc" in table
    assert "nobody" not in table


def test_a_row_has_a_key_once_and_by_its_first_kind() -> None:
    table = KeyTable()
    for kind in ("symbol", "name", "symbol"):
        table.add("op", 3, kind)  # type: ignore[arg-type]
    table.add("", 4, "name")
    assert [(hit.position, hit.kind) for hit in table.exact("op")] == [(3, "symbol")]
    assert len(table) == 1


def test_a_column_adds_what_single_keys_would() -> None:
    columns, singles = KeyTable(), KeyTable()
    keys = ["a", "b", "", "a", "a"]
    columns.add("a", 7, "symbol")
    singles.add("a", 7, "symbol")
    columns.add_column(keys, 10, "name")
    for position, key in enumerate(keys, 10):
        singles.add(key, position, "name")
    for key in ("a", "b"):
        assert columns.exact(key) == singles.exact(key)
    assert [hit.position for hit in columns.exact("a")] == [7, 10, 13, 14]


def test_parts_are_told_apart_as_beginning_word_and_piece(table: KeyTable) -> None:
    found = {hit.key: hit.how for hit in table.partial("bit")}
    assert found == {
        "bitcoin": "prefix",
        "bitcoin cash": "prefix",
        "wrapped bitcoin": "substring",
        "orbital": "substring",
        "habit": "substring",
    }
    assert {hit.key: hit.how for hit in table.partial("bitcoin")} == {
        "bitcoin cash": "prefix",
        "wrapped bitcoin": "word",
    }


def test_two_letters_are_looked_for_at_the_beginning_of_words_only(table: KeyTable) -> None:
    assert {hit.how for hit in table.partial("bi")} == {"prefix"}
    assert list(table.partial("")) == []


def test_closeness_is_the_share_of_the_key_that_was_asked_for(table: KeyTable) -> None:
    assert [hit.closeness for hit in table.partial("bitcoin ca")] == [10 / 12]


def test_partial_search_agrees_with_reading_every_key() -> None:
    chance = random.Random(5)
    keys = list({"".join(chance.choices("ab c", k=chance.randint(1, 7))).strip() for _ in range(300)} - {""})
    table = KeyTable()
    for position, key in enumerate(keys[:50]):
        table.add(key, position, "name")
    for text in ("a", "ab", "abc", "b c", "ca", "cab"):
        expected = set()
        for key in keys[:50]:
            words = key.split(" ")
            if key != text and (key.startswith(text) or (len(text) >= 3 and text in key) or text in words[1:]):
                expected.add(key)
        found = {hit.key for hit in table.partial(text)}
        assert found >= {key for key in expected if " " not in text}
        assert all(text in key for key in found)


def test_a_search_ends_after_sixty_keys_of_a_kind_and_sees_the_first_rows() -> None:
    table = KeyTable()
    for position in range(500):
        table.add(f"moon{position}", position, "name")
    found = [hit.position for hit in table.partial("moon")]
    assert found[:60] == list(range(60))
    assert len(found) <= 180


@pytest.mark.parametrize("slip", ["bitcon", "bitcooin", "bitocin", "bitdoin"])
def test_one_slip_is_found(table: KeyTable, slip: str) -> None:
    assert [hit.key for hit in table.similar(slip)] == ["bitcoin"]


def test_a_misspelt_text_finds_what_comparing_every_key_would() -> None:
    chance = random.Random(11)
    keys = list(dict.fromkeys("".join(chance.choices("abcé1", k=chance.randint(5, 9))) for _ in range(400)))
    table = KeyTable()
    for position, key in enumerate(keys):
        table.add(key, position, "name")
    found = 0
    for text in (*keys[:40], *(key[1:] for key in keys[40:80]), "aaaaa", "ééééé", "zabcd", "ab cde", "qwxyz"):
        near = {key for key in keys if OSA.distance(text, key) <= FUZZY_DISTANCE and not key.isdigit()}
        expected = {key for key in near if fuzz.ratio(text, key) >= FUZZY_RATIO}
        expected = expected if len(text) >= FUZZY_LETTERS else set()
        assert {hit.key for hit in table.similar(text)} == expected
        found += len(expected)
    assert found > 150


def test_bearers_are_those_of_the_exact_key_and_no_more_than_asked_for(table: KeyTable) -> None:
    assert table.bearers("btc") == [(0, "symbol"), (2, "alias")]
    assert table.bearers("btc", 1) == [(0, "symbol")]
    assert table.bearers("bitcoin", 2) == [(0, "name")]
    assert table.bearers("nobody") == []


def test_short_texts_and_far_ones_are_not_bent(table: KeyTable) -> None:
    assert list(table.similar("bita")) == []
    assert list(table.similar("zzzzzzz")) == []


def test_a_slip_in_one_word_of_several_is_found(table: KeyTable) -> None:
    assert {hit.key for hit in table.misspelt("some bitcion please")} == {"bitcoin"}


def test_many_threads_may_ask_first() -> None:
    table = KeyTable()
    for position in range(2_000):
        table.add("".join(random.Random(position).choices(string.ascii_lowercase, k=9)), position, "name")
    counts: list[int] = []
    threads = [Thread(target=lambda: counts.append(len(list(table.partial("a"))))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(counts)) == 1
    assert len(counts) == 8
