"""Marks of citation, found however they are written and nowhere else."""

from __future__ import annotations

import pytest

from cryptodesk.research.citing.marks import bare, find_marks, numbers_in


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("a [[s1]] b", ("s1",)),
        ("a [S12]", ("s12",)),
        ("a [^3]", ("3",)),
        ("a [1, 2;3]", ("1", "2", "3")),
        ("a [[s1, s2]]", ("s1", "s2")),
        ("a [2-4]", ("2", "3", "4")),
        ("a [s2–s3]", ("s2", "s3")),
        ("a 【7†title of it】", ("7",)),
        ("a [1-900]", ("1", "2", "3", "4", "5", "6", "7")),
    ],
)
def test_every_form_is_read(text: str, ids: tuple[str, ...]) -> None:
    assert [mark.ids for mark in find_marks(text)] == [ids]


@pytest.mark.parametrize(
    "text",
    ["[1](https://x.example)", "`a[1]`", "https://x.example/[1]", "[2024]", "[note]",
     "[[s1", "[]", "[x1]", "a] [b", "[1.5]", "[see 1](https://x.example/a_(b))"],
)  # fmt: skip
def test_what_only_looks_like_one_is_none(text: str) -> None:
    assert find_marks(text) == []


def test_a_text_without_its_marks_keeps_everything_else() -> None:
    assert bare("It rose [[s1]], and fell [1][2]. `x[1]` [3](https://x.example) end [4].") == (
        "It rose, and fell. `x[1]` [3](https://x.example) end."
    )


def test_numbers_are_given_in_order() -> None:
    assert numbers_in("a [2] b [1][3] [[s9]]") == (2, 1, 3)
