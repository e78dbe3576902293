"""Copies are found by what they say, not by how they are set."""

from __future__ import annotations

from random import Random

from cryptodesk.documents.store._likeness import bands_of, is_nearly, seen_key, shingles

WORDS = [f"word{number}" for number in range(2_000)]


def text_of(random: Random, length: int) -> list[str]:
    return random.choices(WORDS, k=length)


def changed(words: list[str], random: Random, share: float) -> list[str]:
    return [random.choice(WORDS) if random.random() < share else word for word in words]


def test_case_punctuation_and_width_make_no_other_text() -> None:
    assert seen_key("t", "Bitcoin, up 5 %!") == seen_key("u", "ＢＩＴＣＯＩＮ up — 5")
    assert seen_key("t", "Bitcoin up") != seen_key("t", "Bitcoin down")
    assert seen_key("t", "gm", "ann") != seen_key("t", "gm", "bob")
    assert seen_key("one", "…") != seen_key("two", "…")


def test_a_short_text_is_compared_as_a_whole_only() -> None:
    assert shingles("too few words to say whether it is a copy") == frozenset()
    assert bands_of(frozenset()) == ()
    assert not is_nearly(frozenset(), frozenset())


def test_bands_find_most_copies_with_few_changes_and_few_strangers() -> None:
    random = Random(7)
    found = strangers = 0
    for _ in range(100):
        words = text_of(random, 200)
        runs = shingles(" ".join(words))
        copy = shingles(" ".join(changed(words, random, 0.02)))
        other = shingles(" ".join(text_of(random, 200)))
        found += any(one == two for one, two in zip(bands_of(runs), bands_of(copy), strict=True))
        strangers += any(one == two for one, two in zip(bands_of(runs), bands_of(other), strict=True))
        assert not is_nearly(runs, other)
    assert found >= 95
    assert strangers == 0


def test_bands_of_a_text_are_always_the_same() -> None:
    runs = shingles(" ".join(WORDS[:40]))
    assert bands_of(runs) == bands_of(frozenset(reversed(list(runs))))
    assert len(bands_of(runs)) == 8
    assert all(0 <= value < 2**63 for value in bands_of(runs))
