"""What a text's words say of its mood, and what the words around them make of that."""

from __future__ import annotations

from math import sqrt

import pytest

from cryptodesk.documents.sentiment import parse_lexicon, score_text
from tests.documents.sentiment.headlines import KNOWN, LATER
from tests.documents.sentiment.test_lexicon import MODIFIERS

LABELS = {"positive": 1, "neutral": 0, "negative": -1}


def right(cases: tuple[tuple[str, int], ...]) -> int:
    return sum(LABELS[score_text(text).label] == int(mood) for text, mood in cases)


def test_known_headlines_are_read_as_a_reader_does() -> None:
    assert right(KNOWN) >= 36
    assert len(KNOWN) == 38


def test_later_headlines_are_read_no_worse_than_measured() -> None:
    assert right(LATER) >= 31
    assert len(LATER) == 40


def test_one_word_scores_its_polarity_on_the_scale_from_minus_one_to_one() -> None:
    lexicon = parse_lexicon("moon\t2\tcrypto\tplain\n", MODIFIERS)
    assert score_text("moon", lexicon).value == pytest.approx(2 / sqrt(4 + 15))
    assert score_text("moon moon", lexicon).value == pytest.approx(4 / sqrt(16 + 15))
    assert score_text("sun", lexicon).value == 0


def test_scores_stay_within_one_whatever_the_length() -> None:
    assert 0.9 < score_text("bullish. " * 5_000).value <= 1
    assert -1 <= score_text("scam. " * 5_000).value < -0.9


@pytest.mark.parametrize("text", ["", " ", "\x00", "...", "?!", "🙂", "https://a.example/bullish", "@bullish", "12 34"])
def test_a_text_without_known_words_is_neutral(text: str) -> None:
    score = score_text(text)
    assert (score.value, score.label, score.terms) == (0, "neutral", ())


@pytest.mark.parametrize(
    ("plain", "turned"),
    [
        ("bullish", "not bullish"),
        ("bullish", "no longer bullish"),
        ("bullish", "isn't bullish"),
        ("bullish", "isn’t very bullish"),
        ("a hack", "prevented a hack"),
        ("bankruptcy", "averts bankruptcy"),
    ],
)
def test_a_negated_word_changes_its_sign_and_loses_weight(plain: str, turned: str) -> None:
    before, after = score_text(plain).value, score_text(turned).value
    assert before * after < 0
    assert abs(after) < abs(before) or "very" in turned


@pytest.mark.parametrize("text", ["not only bullish", "not just bullish", "never not bullish", "not here, bullish"])
def test_what_only_looks_like_a_negation_turns_nothing(text: str) -> None:
    assert score_text(text).value > 0


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("outflows rise", -1),
        ("outflows fall", 1),
        ("inflows rise", 1),
        ("inflows fall", -1),
        ("falling demand", -1),
        ("rising demand", 1),
        ("inflation cools", 1),
        ("rising inflation", -1),
        ("recession fears ease", 1),
        ("crash fears rise", -1),
        ("drops the lawsuit", 1),
        ("outflows have sharply slowed", 1),
    ],
)
def test_a_movement_takes_its_meaning_from_what_moves(text: str, sign: int) -> None:
    assert score_text(text).value * sign > 0.05


@pytest.mark.parametrize("text", ["inflation", "trading volume", "circulating supply", "gas fees"])
def test_a_thing_that_only_moves_is_neutral_by_itself(text: str) -> None:
    assert score_text(text).label == "neutral"


def test_a_pause_parts_a_movement_from_a_thing() -> None:
    assert score_text("bitcoin falls, hack feared").value < score_text("hacks fall").value
    assert score_text("bitcoin falls, hacked").value < 0


def test_stronger_and_weaker_words_count_for_more_and_less() -> None:
    assert score_text("slightly bullish").value < score_text("bullish").value < score_text("extremely bullish").value
    assert score_text("massive scam").value < score_text("scam").value


def test_what_follows_but_outweighs_what_came_before() -> None:
    assert score_text("bullish chart but a scam").value < 0 < score_text("a scam but a bullish chart, great team").value


def test_what_a_sentence_sets_aside_counts_for_less() -> None:
    assert score_text("bitcoin rises despite lawsuit").value > 0 > score_text("bitcoin rises on lawsuit").value


def test_a_question_says_less_than_a_statement() -> None:
    assert 0 < score_text("Is this bullish?").value < score_text("This is bullish.").value


def test_case_width_and_emphasis_do_not_change_the_score() -> None:
    assert score_text("BULLISH").value == score_text("bullish").value == score_text("ｂｕｌｌｉｓｈ").value


def test_the_longest_entry_wins() -> None:
    assert score_text("rug pull").terms == ("rug pull",)
    assert score_text("buy the dip").value > 0 > score_text("the dip").value


def test_emoji_count() -> None:
    assert score_text("$BTC 🚀🚀").value > 0 > score_text("$BTC 📉").value


def test_only_the_beginning_of_a_long_text_is_read() -> None:
    assert score_text("word " * 1_000 + "scam").value == 0


def test_hostile_shapes_are_read_in_time() -> None:
    for text in ("a" * 100_000, ("not " * 30_000), "http://" * 20_000, "@" * 100_000, "fears fall " * 10_000):
        assert -1 <= score_text(text).value <= 1
