"""The shipped list of words, and lists that must not be read."""

from __future__ import annotations

import pytest

from cryptodesk.documents.sentiment import LexiconError, load_lexicon, parse_lexicon
from cryptodesk.documents.sentiment.lexicon import MOST_POLARITY

MODIFIERS = "\n".join(
    f"{name} = []"
    for name in (
        "negators",
        "not_negating",
        "failing",
        "boosters",
        "dampeners",
        "setting_aside",
        "contrasting",
        "linking",
    )
)


def test_at_least_two_hundred_terms_are_of_crypto() -> None:
    names = {term.name for term in load_lexicon().terms.values() if term.group == "crypto"}
    assert len(names) >= 200


def test_both_polarities_are_there_in_every_group() -> None:
    terms = set(load_lexicon().terms.values())
    for group in ("crypto", "finance", "general"):
        signs = {term.polarity > 0 for term in terms if term.group == group}
        assert signs == {True, False}
    assert all(0 < abs(term.polarity) <= MOST_POLARITY for term in terms)


def test_every_form_is_found_in_a_text_as_the_text_is_read() -> None:
    """A form with a hyphen or an apostrophe would never match."""
    from cryptodesk.documents.sentiment.words import split_sentences

    lost = [
        " ".join(words)
        for words in load_lexicon().terms
        if not any(
            words == sentence.words[start : start + len(words)]
            for sentence in split_sentences(f"so {' '.join(words)} so")
            for start in range(len(sentence.words))
        )
    ]
    assert lost == []


def test_every_modifier_is_one_word_as_the_text_is_read() -> None:
    modifiers = load_lexicon().modifiers
    single = modifiers.negators | modifiers.boosters | modifiers.dampeners | modifiers.contrasting | modifiers.linking
    assert [word for word in single if not word.isalpha() or word != word.lower()] == []


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("moon\t2.0\tcrypto", "expected 4 columns"),
        ("moon\tmany\tcrypto\tplain", "is no number"),
        ("moon\t0\tcrypto\tplain", "or zero"),
        ("moon\t4.5\tcrypto\tplain", "not within"),
        ("moon\tnan\tcrypto\tplain", "not within"),
        ("moon||sun\t2\tcrypto\tplain", "empty form"),
        ("moon\t2\tmagic\tplain", "unknown group"),
        ("moon\t2\tcrypto\tverb", "unknown kind"),
        ("moon|moon\t2\tcrypto\tplain", "stands there already"),
    ],
)
def test_a_malformed_line_is_named(line: str, why: str) -> None:
    with pytest.raises(LexiconError, match="line 2") as raised:
        parse_lexicon(f"# a comment\n{line}\n", MODIFIERS)
    assert why in str(raised.value)


def test_malformed_modifiers_are_refused() -> None:
    with pytest.raises(LexiconError, match="modifiers"):
        parse_lexicon("", "negators = 3")
    with pytest.raises(LexiconError, match="modifiers"):
        parse_lexicon("", "negators = [")


def test_a_term_is_found_by_each_of_its_forms() -> None:
    lexicon = parse_lexicon("to the moon|moons\t2\tcrypto\tplain\n", MODIFIERS)
    assert lexicon.terms["to", "the", "moon"] is lexicon.terms["moons",]
    assert lexicon.longest == {"to": 3, "moons": 1}
