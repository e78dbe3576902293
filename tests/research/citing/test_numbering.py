"""Numbers of cited sources: dense, in the order of mention, and for nothing that the run does not know."""

from __future__ import annotations

from cryptodesk.research.citing import Numbering
from tests.research.citing.books import documents_book


def test_numbers_are_dense_and_in_the_order_of_mention() -> None:
    book = documents_book()
    numbering = Numbering(book)
    keys = book.keys()
    assert numbering.markers([keys[2]]) == " [1]"
    assert numbering.markers([keys[0], keys[2]]) == " [1][2]"
    assert numbering.number(keys[0]) == 2
    assert [(one.citation_id, one.key) for one in numbering.sources()] == [(1, keys[2]), (2, keys[0])]
    assert all(one.domain for one in numbering.sources())


def test_a_source_known_by_two_names_has_one_number() -> None:
    book = documents_book()
    numbering = Numbering(book)
    assert numbering.number("document:https://www.gazette.example/1") == 1
    assert numbering.number(book.keys()[0]) == 1
    assert numbering.known(book.keys()[1]) is None
    assert len(numbering) == 1
