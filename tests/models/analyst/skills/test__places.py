"""The place of a ranking that a question asks for, and how it is said before "largest"."""

from __future__ import annotations

import pytest

from cryptodesk.models.analyst.skills._places import find_place, said_place


@pytest.mark.parametrize(
    ("question", "place"),
    [
        ("second biggest chain by value locked", 2),
        ("the 3rd largest exchange", 3),
        ("number two protocol by tvl", 2),
        ("no. 4 exchange by volume", 4),
        ("which exchange is #5", 5),
        ("runner-up among chains", 2),
        ("which venue comes second", 2),
        ("which venue is number one for spot trading", 1),
        ("the tenth-largest exchange", 10),
        ("biggest chain by tvl", 1),
        ("tvl in the second quarter", 1),
        ("top 5 exchanges", 1),
    ],
)
def test_a_place_is_read_and_the_first_where_none_is_named(question: str, place: int) -> None:
    assert find_place(question) == place


@pytest.mark.parametrize(("place", "said"), [(1, ""), (2, "second-"), (10, "tenth-"), (11, "")])
def test_the_first_place_needs_no_word(place: int, said: str) -> None:
    assert said_place(place) == said
