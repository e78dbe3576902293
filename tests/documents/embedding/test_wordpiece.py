"""The tokenizer agrees with its reference on every kind of text, and takes text from outside as plain text."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from msgspec import Struct

from cryptodesk.documents.embedding.wordpiece import CLS_ID, SEP_ID, UNKNOWN_ID, WordPiece, load_wordpiece, normalise

REFERENCE = Path(__file__).parent / "wordpiece_reference.jsonl"


class Expected(Struct):
    """What PyPI `tokenizers` 0.23.3 makes of a text with the tokenizer file of all-MiniLM-L6-v2, not cut off."""

    text: str
    ids: list[int]


CASES = msgspec.json.decode(b"[" + b",".join(REFERENCE.read_bytes().splitlines()) + b"]", type=list[Expected])


@pytest.mark.parametrize("case", CASES, ids=lambda case: ascii(case.text[:24]))
def test_ids_are_those_of_the_reference(case: Expected) -> None:
    assert load_wordpiece().encode(case.text, 100_000) == case.ids


def test_the_reference_covers_scripts_symbols_and_long_words() -> None:
    texts = "".join(case.text for case in CASES)

    assert len(CASES) >= 60
    assert all(character in texts for character in "é比ビ비𠮷🚀ไשعΣ\u200b\u0301\ufffd")
    assert max(len(case.text) for case in CASES) >= 5_000


def test_the_end_is_cut_off_and_the_closing_token_stays() -> None:
    ids = load_wordpiece().encode("one two three four five", 4)

    assert ids == [CLS_ID, *load_wordpiece().encode("one two", 10)[1:-1], SEP_ID]


def test_fewer_tokens_than_the_two_marks_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 2, got 1"):
        load_wordpiece().encode("text", 1)


@pytest.mark.parametrize("name", ["[SEP]", "[CLS]", "[PAD]", "[MASK]"])
def test_names_of_special_tokens_in_a_text_are_plain_text(name: str) -> None:
    inner = load_wordpiece().encode(f"before {name} after", 50)[1:-1]

    assert not {0, CLS_ID, SEP_ID, 103} & set(inner)
    assert len(inner) >= 5


def test_a_lone_surrogate_is_left_out() -> None:
    assert load_wordpiece().encode("a\ud800b", 10) == load_wordpiece().encode("ab", 10)


def test_text_beyond_what_can_fill_the_window_is_not_looked_at() -> None:
    class Counting(WordPiece):
        words = 0

        def _split(self, word: str) -> tuple[int, ...]:
            self.words += 1
            return super()._split(word)

    tokenizer = Counting({"[UNK]": UNKNOWN_ID, "a": 7})

    tokenizer.encode(" ".join(f"w{number}" for number in range(1_000_000)), 256)

    assert tokenizer.words <= 256


def test_a_word_that_the_vocabulary_cannot_spell_is_unknown_as_a_whole() -> None:
    tokenizer = WordPiece({"ab": 1, "##c": 2})

    assert tokenizer.encode("abc abd", 10) == [CLS_ID, 1, 2, UNKNOWN_ID, SEP_ID]


def test_a_final_sigma_is_lowered_like_any_other() -> None:
    assert normalise("ΟΔΟΣ") == "οδοσ"
