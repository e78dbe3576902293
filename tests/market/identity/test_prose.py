"""What the surroundings of a word say."""

from __future__ import annotations

import pytest

from cryptodesk.market.identity.prose import Prose

SYMBOLS = frozenset({"btc", "eth", "link", "near", "one", "gas"})


def at(text: str, word: str) -> tuple[Prose, int]:
    prose = Prose(text, SYMBOLS)
    return prose, next(index for index, found in enumerate(prose.words) if found.key == word)


def test_words_keep_their_place_and_case() -> None:
    prose = Prose("Is $Link up?")
    word = prose.words[1]
    assert (word.start, word.end, word.text, word.key, word.is_ticker) == (4, 8, "Link", "link", True)


def test_an_amount_of_dollars_is_no_ticker() -> None:
    assert [word.is_ticker for word in Prose("$100 of $btc").words] == [False, False, True]


@pytest.mark.parametrize(
    "text", ["https://near.org/link?a=btc", "www.link.io/near", "near@link.com", "see link.com/near", "near.app"]
)
def test_addresses_of_pages_and_mailboxes_hold_no_words(text: str) -> None:
    assert {word.key for word in Prose(text).words} <= {"see"}


@pytest.mark.parametrize(
    ("text", "is_shouting"),
    [
        ("WHAT IS THE PRICE OF BTC", True),
        ("What is the price of BTC", False),
        ("BTC ETH", False),
        ("LINK NEAR", False),
        ("SELL ONE BTC", True),
        ("LINK", False),
        ("", False),
    ],
)
def test_a_text_all_in_capitals_is_told_from_a_list_of_tickers(text: str, is_shouting: bool) -> None:
    assert Prose(text, SYMBOLS).is_shouting is is_shouting


@pytest.mark.parametrize(
    ("text", "is_compound"),
    [
        ("near-term", True),
        ("cross-near", True),
        ("o'near", True),
        ("near - term", False),
        ("near, term", False),
        ("near's term", False),
    ],
)
def test_a_part_of_a_longer_word_is_seen(text: str, is_compound: bool) -> None:
    prose, index = at(text, "near")
    assert prose.is_compound(index) is is_compound


@pytest.mark.parametrize(
    ("text", "word", "is_other"),
    [
        ("gas fees", "gas", True),
        ("my gas. Fees rose", "gas", False),
        ("the link", "link", True),
        ("the link price", "link", False),
        ("link to it", "link", True),
        ("the gas price", "gas", True),
        ("buy eth", "eth", False),
    ],
)
def test_the_company_of_a_word_ends_with_its_sentence(text: str, word: str, is_other: bool) -> None:
    prose, index = at(text, word)
    assert prose.is_in_other_company(index, 1) is is_other


@pytest.mark.parametrize(
    ("text", "confidence"),
    [
        ("the price of link", 0.75),
        ("link price", 0.75),
        ("some Link again", 0.75),
        ("what about link?", 0.65),
        ("link", 0.65),
        ("a link", 0.0),
        ("missing link again", 0.0),
    ],
)
def test_surroundings_weigh_by_how_much_they_say(text: str, confidence: float) -> None:
    prose, index = at(text, "link")
    assert prose.confidence(index, index, listed_after=None, listed_before=None, is_prominent=True) == confidence


def test_only_a_list_vouches_for_an_asset_hardly_known() -> None:
    prose, index = at("price of btc and link", "link")
    assert prose.confidence(index, index, listed_after=None, listed_before=None, is_prominent=False) == 0.0
    assert prose.confidence(index, index, listed_after=12, listed_before=None, is_prominent=False) == 0.75


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("price of Golem", True),
        ("is the Golem token any good", True),
        ("GLM price", True),
        ("Golem price", False),
        ("price of golem", False),
        ("price of Golem mining", False),
        ("I met a Golem", False),
        ("PRICE OF GOLEM", False),
    ],
)
def test_an_unheard_name_needs_its_capital_and_words_that_speak_of_assets(text: str, expected: bool) -> None:
    prose = Prose(text)
    index = next(at for at, word in enumerate(prose.words) if word.key in {"golem", "glm"})
    assert prose.is_surely_an_asset(index, index) is expected


def test_pages_and_mailboxes_are_left_out_however_long_the_words_around_them() -> None:
    assert [word.key for word in Prose("see bitcoin.org or a.b@coin.io now").words] == ["see", "or", "now"]
    assert [word.key for word in Prose("x" * 5_000 + " y").words][-1] == "y"


@pytest.mark.parametrize(
    ("text", "touching", "confidence"),
    [
        ("eth btc link", 2, 0.75),
        ("share eth link", 1, 0.0),
        ("link btc ratio", 1, 0.75),
        ("beta link btc", 1, 0.0),
        ("correlation btc link", 1, 0.75),
        ("btc eth gas", 2, 0.0),
    ],
)
def test_a_row_of_assets_vouches_for_one_more_word(text: str, touching: int, confidence: float) -> None:
    prose, index = at(text, "gas" if "gas" in text else "link")
    found = prose.confidence(index, index, listed_after=None, listed_before=None, is_prominent=True, touching=touching)
    assert found == confidence


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("link vs near", True),
        ("link versus near", True),
        ("link or near", False),
        ("which gained more, link or near", True),
        ("compare link and near", True),
        ("link is near", False),
    ],
)
def test_words_are_set_against_each_other(text: str, expected: bool) -> None:
    prose = Prose(text, SYMBOLS)
    keys = [word.key for word in prose.words]
    assert prose.are_set_against(keys.index("link"), keys.index("near")) is expected


@pytest.mark.parametrize(
    ("text", "last"),
    [("link (near)", 1), ("link (near one)", 2), ("link near", None), ("link, (near)", None), ("link (near", None)],
)
def test_brackets_right_after_a_word_are_seen_when_they_close(text: str, last: int | None) -> None:
    assert Prose(text, SYMBOLS).closed_after(0) == last
