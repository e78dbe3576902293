from __future__ import annotations

import pytest

from cryptodesk.research.sections.wishes import Wishes, aspects_in, read_wishes
from tests.research.planned import KNOWLEDGE, TODAY


def wishes(text: str) -> Wishes:
    return read_wishes(text, KNOWLEDGE, TODAY)


def test_nothing_wished_is_nothing_noted() -> None:
    assert wishes("") == Wishes()
    assert wishes("  ...  ") == Wishes()


@pytest.mark.parametrize(
    ("text", "focus"),
    [
        ("focus on tokenomics", ("supply",)),
        ("Please concentrate on risk and derivatives", ("risk", "derivatives")),
        ("tokenomics first, then the news", ("supply", "news")),
        ("emphasise on-chain adoption", ("onchain",)),
        ("mainly technical analysis", ("technicals",)),
        ("I am interested in funding rates", ("derivatives",)),
        ("cover its competitors", ("peers",)),
    ],
)
def test_a_focus_is_read_in_its_order(text: str, focus: tuple[str, ...]) -> None:
    assert wishes(text).focus == focus


@pytest.mark.parametrize(
    ("text", "without"),
    [
        ("no technicals", {"technicals"}),
        ("skip news and derivatives", {"news", "derivatives"}),
        ("without the risk part", {"risk"}),
        ("do not cover tokenomics", {"supply"}),
        ("not interested in sentiment", {"news"}),
    ],
)
def test_what_is_left_out_is_read(text: str, without: set[str]) -> None:
    assert wishes(text).without == without
    assert wishes(text).focus == ()


def test_what_is_left_out_stays_out_of_the_focus() -> None:
    found = wishes("focus on risk. no risk section")
    assert (found.focus, found.without) == ((), {"risk"})


def test_only_needs_something_that_it_is_about() -> None:
    assert wishes("only risk").is_only
    assert not wishes("only nice things").is_only


def test_length_is_read() -> None:
    assert wishes("keep it brief").is_short
    assert wishes("a comprehensive report, please").is_long
    assert not wishes("a short but full report").is_long


def test_assets_to_compare_with_are_read_where_comparing_is_asked() -> None:
    assert [asset.symbol for asset in wishes("benchmark it against ETH and AVAX").compared] == ["ETH", "AVAX"]
    assert wishes("focus on risk like ETH has").compared == ()


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("over the last 6 months", "over the last 6 months"),
        ("use the past 90 days", "over the past 90 days"),
        ("since January 2025", "since january 2025"),
        ("today", ""),
    ],
)
def test_a_stretch_of_time_is_read_as_words(text: str, span: str) -> None:
    assert wishes(text).span == span


def test_other_matters_are_topics() -> None:
    assert wishes("focus on governance and the roadmap").topics == ("governance", "roadmap")


@pytest.mark.parametrize("text", ["Write in German", "make it rhyme", "use emojis; sing"])
def test_what_is_not_understood_is_noted_word_for_word(text: str) -> None:
    found = wishes(text)
    assert found.focus == ()
    assert any(text.split(";", maxsplit=1)[0] in note for note in found.notes)


def test_aspects_come_in_the_order_of_the_text() -> None:
    assert aspects_in("news, then risk, then supply") == ("news", "risk", "supply")
    assert aspects_in("nothing of the kind") == ()
