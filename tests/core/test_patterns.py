"""A pattern does what a compiled one does, and is compiled when it is first used."""

from __future__ import annotations

import re

import pytest

from cryptodesk.core.patterns import Pattern

WORDS = r"(?P<word>\b[a-z]+\b)"
TEXT = "gas 12 gwei"


def test_every_method_finds_what_the_compiled_pattern_finds() -> None:
    lazy, compiled = Pattern(WORDS), re.compile(WORDS)

    assert [match.span("word") for match in lazy.finditer(TEXT)] == [m.span("word") for m in compiled.finditer(TEXT)]
    assert lazy.findall(TEXT) == compiled.findall(TEXT) == ["gas", "gwei"]
    assert lazy.split(TEXT) == compiled.split(TEXT)
    assert lazy.split(TEXT, maxsplit=1) == compiled.split(TEXT, maxsplit=1)
    assert lazy.sub("_", TEXT) == "_ 12 _"
    assert lazy.sub(lambda match: match["word"].upper(), TEXT, count=1) == "GAS 12 gwei"
    for method in ("search", "match", "fullmatch"):
        found = getattr(lazy, method)("gas"), getattr(compiled, method)("gas")
        assert [match.group() for match in found] == ["gas", "gas"]
        assert getattr(lazy, method)("12") is None


def test_a_search_may_begin_and_end_anywhere() -> None:
    found = Pattern(r"\w+").search(TEXT, 4, 5)

    assert found is not None
    assert found.group() == "1"


def test_flags_are_those_of_the_compiled_pattern() -> None:
    assert Pattern("GAS", re.IGNORECASE).search(TEXT) is not None
    assert Pattern("GAS").search(TEXT) is None


def test_nothing_is_compiled_before_the_first_use() -> None:
    broken = Pattern("(")

    with pytest.raises(re.error):
        broken.search(TEXT)


def test_it_is_compiled_once() -> None:
    pattern = Pattern("[ab]{17}")

    first = pattern.compiled
    pattern.search(TEXT)
    re.purge()

    assert pattern.compiled is first
    assert pattern.search("ab" * 9) is not None


def test_a_match_names_the_compiled_pattern_it_is_of() -> None:
    pattern = Pattern("gas")

    found = pattern.search(TEXT)

    assert found is not None
    assert found.re is pattern.compiled


def test_its_text_is_shown() -> None:
    assert repr(Pattern(r"\d")) == r"Pattern('\\d')"
    assert Pattern(r"\d").pattern == r"\d"
