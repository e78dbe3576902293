"""Quoting: whole sentences, chosen by the words they share with a question, and none that lean on what is left out."""

from __future__ import annotations

import pytest

from cryptodesk.models.analyst.results import read_result
from cryptodesk.models.analyst.skills._passages import Passage, read_passages
from cryptodesk.models.analyst.skills._quoting import choose_fits, choose_quotes, fit_of, spelled_out, stems
from tests.models.analyst.skills.content_desk import passage, passages


def read(*rows: dict[str, object]) -> tuple[Passage, ...]:
    tool, body = passages(*rows)
    return read_passages([read_result(tool, {}, body)])


def quoted(question: str, *rows: dict[str, object]) -> list[str]:
    wanted = stems(spelled_out(question))
    fits = choose_fits([fit_of(one, wanted) for one in read(*rows)], 2)
    return [quote.text for quote in choose_quotes(fits, wanted)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("staking", "staked"),
        ("liquidations", "liquidation"),
        ("fees", "fee"),
        ("losses", "loss"),
        ("bridges", "bridge"),
    ],
)
def test_forms_of_a_word_share_their_stem(one: str, other: str) -> None:
    assert set(stems(one)) == set(stems(other))


def test_proofs_are_words_of_their_own() -> None:
    assert set(stems("proof of work")) != set(stems("proof of stake"))
    assert set(stems("proof-of-stake")) == set(stems("proof of stake"))


def test_a_standard_is_its_number() -> None:
    assert not set(stems("what is EIP-4844")) & set(stems("The fee market of EIP-1559"))
    assert set(stems("EIP 4844")) == set(stems("EIP-4844"))


def test_a_sentence_that_leans_on_the_one_before_is_quoted_with_it() -> None:
    text = (
        "A vault holds coins. Slashing destroys part of a stake for a proven fault. "
        "It is therefore feared by operators."
    )
    found = quoted("why is slashing feared by operators", passage(1, "Slashing", text))
    assert found == ["Slashing destroys part of a stake for a proven fault. It is therefore feared by operators."]


def test_left_out_sentences_are_marked() -> None:
    text = "Slashing is a penalty for operators. Coins are round and heavy things. Operators insure against slashing."
    found = quoted("slashing penalty insure operators", passage(1, "Slashing", text))
    assert found == ["Slashing is a penalty for operators. … Operators insure against slashing."]


def test_a_cut_sentence_is_never_quoted() -> None:
    text = "Slashing is a penalty for operators. Slashing of a penalty that goes on and…"
    assert all("goes on" not in each for each in quoted("slashing penalty", passage(1, "Slashing", text)))


def test_a_title_that_names_much_else_is_only_near() -> None:
    fit = fit_of(
        read(passage(1, "The DAO exploit and the Ethereum fork", "The DAO was a fund."))[0], stems("what is a DAO")
    )
    assert fit.is_near
    assert not fit.is_full


def test_a_passage_of_which_half_is_missing_does_not_fit() -> None:
    fit = fit_of(read(passage(1, "Trout", "Trout bite."))[0], stems("restaking slashing"))
    assert (fit.share, fit.is_near) == (0.0, False)
    assert fit.missing == ("restaking", "slashing")


FARM = (
    "Automatic makers quote prices from a formula alone. Givers put both of the coins into the pool. "
    "What a share is worth depends on the ratio between now and then."
)


def test_of_the_second_part_of_a_title_its_own_sentences_are_quoted() -> None:
    row = passage(
        1, "Automatic makers and fleeting loss", f"{FARM} Fleeting loss is what a share is worth less than holding."
    )
    assert quoted("what is fleeting loss", row) == ["Fleeting loss is what a share is worth less than holding."]
    assert quoted("what is an automatic maker", row)[0].startswith("Automatic makers quote prices")


def test_where_no_sentence_names_the_second_part_the_whole_passage_is_quoted() -> None:
    assert quoted("what is fleeting loss", passage(1, "Automatic makers and fleeting loss", FARM)) == [FARM]
