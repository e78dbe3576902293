"""Words are matched across spellings, names exactly."""

from __future__ import annotations

import pytest

from cryptodesk.documents.index.spelling import exact_terms, fold_spelling, looks_like_name, with_compounds


@pytest.mark.parametrize(
    ("british", "american"),
    [
        ("decentralised", "decentralized"),
        ("tokenisation", "tokenization"),
        ("organising bodies", "organizing bodies"),
        ("to analyse", "to analyze"),
        ("behaviour", "behavior"),
        ("favourable", "favorable"),
        ("licence", "license"),
        ("instalments", "installments"),
        ("Centre", "center"),
        ("the modelled programme", "the modeled program"),
    ],
)
def test_both_spellings_fold_to_one(british: str, american: str) -> None:
    assert fold_spelling(british) == fold_spelling(american) == american.lower()


@pytest.mark.parametrize("word", ["hour", "four", "filled", "filed", "is", "his", "this", "tour", "exercises daily"])
def test_words_that_only_look_british_stay_apart_from_others(word: str) -> None:
    others = {"hor", "for", "filed", "filled", "iz", "hiz", "thiz", "tor"} - {word}

    assert fold_spelling(word) not in others


def test_ideographs_are_set_apart_and_wide_letters_narrowed() -> None:
    assert fold_spelling("比特币ＢＴＣ").split() == ["比", "特", "币", "btc"]


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("EIP-1559", ["eip1559", "eip", "1559"]),
        ("m/44'/60'", ["m44", "m", "44", "60"]),
        ("USDe and 3pool", ["usde", "and", "3pool"]),
        ("1inch, (stETH)", ["1inch", "steth"]),
        ("alternative.me", ["alternativeme", "alternative", "me"]),
        ("", []),
    ],
)
def test_exact_terms_keep_compounds_whole_and_in_parts(text: str, terms: list[str]) -> None:
    assert list(exact_terms(text)) == terms


def test_what_is_indexed_has_every_exact_term_that_is_asked_for() -> None:
    text = "EIP-1559, Mt. Gox's fee_rate; c0ffeebabe.eth & x-y-z/1"

    indexed = "".join(character if character.isalnum() else " " for character in with_compounds(text)).split()

    assert set(exact_terms(text)) <= set(indexed)


def test_a_long_word_is_looked_at_once() -> None:
    assert with_compounds("a" * 200_000) == "a" * 200_000


@pytest.mark.parametrize(
    ("word", "begins", "is_name"),
    [
        ("EIP-1559", True, True),
        ("USDe", True, True),
        ("stETH", False, True),
        ("Tether", False, True),
        ("Tether", True, False),
        ("staking", False, False),
        ("I", True, False),
    ],
)
def test_names_are_told_by_how_they_are_written(word: str, begins: bool, is_name: bool) -> None:
    assert looks_like_name(word, begins_sentence=begins) is is_name
