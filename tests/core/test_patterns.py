"""A pattern does what a compiled one does, and is compiled when a text may hold a match of it."""

from __future__ import annotations

import re

import pytest

from cryptodesk.core import patterns
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


@pytest.fixture
def gas(monkeypatch: pytest.MonkeyPatch) -> Pattern:
    """A pattern of which it is known that every match holds "gas"."""
    monkeypatch.setattr(patterns, "words_of", lambda pattern, flags: ["gas"])
    return Pattern(r"\bgas(?P<fee> fee)?\b", re.IGNORECASE)


def is_compiled(pattern: Pattern) -> bool:
    return "compiled" in vars(pattern)


def test_a_text_without_the_words_of_a_match_is_told_so_without_compiling(gas: Pattern) -> None:
    compiled = re.compile(gas.pattern, gas.flags)

    for text in ("", "price of BTC", "g as"):
        assert gas.search(text) is gas.match(text) is gas.fullmatch(text) is None
        assert list(gas.finditer(text)) == []
        assert gas.findall(text) == compiled.findall(text)
        assert gas.sub("_", text) == compiled.sub("_", text)
        assert gas.split(text) == compiled.split(text)

    assert not is_compiled(gas)


def test_the_words_of_a_match_anywhere_in_the_text_are_reason_to_look(gas: Pattern) -> None:
    for text in ("GAS fee", "gasp", "low gas"):
        compiled, pattern = re.compile(gas.pattern, gas.flags), Pattern(gas.pattern, gas.flags)
        found = pattern.search(text)
        assert is_compiled(pattern)
        assert (found and found.span()) == ((match := compiled.search(text)) and match.span())
        for method in ("match", "fullmatch"):
            assert bool(getattr(Pattern(gas.pattern, gas.flags), method)(text)) == bool(getattr(compiled, method)(text))
        assert Pattern(gas.pattern, gas.flags).findall(text) == compiled.findall(text)
        assert Pattern(gas.pattern, gas.flags).sub("_", text, count=1) == compiled.sub("_", text, count=1)
        assert Pattern(gas.pattern, gas.flags).split(text, maxsplit=1) == compiled.split(text, maxsplit=1)
        each = Pattern(gas.pattern, gas.flags).finditer(text)
        assert [match.span() for match in each] == [match.span() for match in compiled.finditer(text)]


def test_what_is_looked_at_in_vain_again_and_again_is_compiled_after_all(gas: Pattern) -> None:
    looks = 0
    while not is_compiled(gas):
        assert gas.search("price of BTC") is None
        looks += 1
        assert looks < 1000

    assert looks > 10


def test_a_pattern_that_nothing_is_known_of_is_compiled_at_its_first_use() -> None:
    pattern = Pattern("a pattern of nobody")

    assert pattern.search("another text") is None
    assert is_compiled(pattern)
