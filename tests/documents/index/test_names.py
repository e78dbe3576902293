"""Whoever has to look frequencies up beforehand knows which will be asked for."""

from __future__ import annotations

import pytest

from cryptodesk.documents.embedding.wordpiece import load_wordpiece
from cryptodesk.documents.index.names import names_in, possible_names
from tests.documents.index.test_recall import QUESTIONS

TEXTS = [
    *(each.question for each in QUESTIONS),
    "EIP 1559 and EIP-4844, ERC 20 or BIP 341",
    "USD+ C++ m/44 $PEPE O'Neil alternative.me",
    "Layer 2 3 pool",
    "北京 ÜBER",
    "",
]


class Counts:
    """Frequencies that are all the same, and a record of what was asked."""

    def __init__(self, frequency: int) -> None:
        self.asked: set[str] = set()
        self._frequency = frequency

    def __len__(self) -> int:
        return 10_000

    def name_frequency(self, name: str) -> int:
        self.asked.add(name)
        return self._frequency


@pytest.mark.parametrize("frequency", [0, 3, 9_000])
def test_no_frequency_is_asked_for_that_was_not_to_be_expected(frequency: int) -> None:
    for text in TEXTS:
        counts = Counts(frequency)
        names_in(text, counts, load_wordpiece())

        assert counts.asked <= set(possible_names(text)), text


def test_a_number_may_belong_to_the_word_before_it() -> None:
    assert {"eip", "1559", "eip1559"} <= set(possible_names("What is EIP 1559?"))
    assert "is1559" not in set(possible_names("What is EIP 1559?"))
