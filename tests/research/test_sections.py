from __future__ import annotations

import pytest

from cryptodesk.research.planning import Missing
from cryptodesk.research.sections import Outline, Section, report_sections
from tests.research.planned import KNOWLEDGE, SPECS, TODAY, fresh_check

CHECK = fresh_check()
REQUESTS = (
    "Write a report on Solana",
    "Deep dive into Bitcoin",
    "Aave",
    "Tether USDt",
    "Aave vs Compound vs Morpho",
    "Compare ETH and SOL as investments",
    "State of the AI sector",
    "layer 2 tokens and gaming coins",
    "Report on the crypto market",
    "How does restaking work and what are its risks?",
    "MEV",
    "Why do funding rates matter? What is the funding rate of BTC? Which coins gained most this week?",
    "weather and cooking",
    "",
)


def outline(request: str, instructions: str = "") -> Outline:
    return report_sections(request, instructions, KNOWLEDGE, SPECS, TODAY, CHECK)


def titles(request: str, instructions: str = "") -> list[str]:
    return [section.title for section in outline(request, instructions).sections]


def questions(sections: tuple[Section, ...]) -> list[str]:
    return [question for section in sections for question in section.questions]


@pytest.mark.parametrize("request_text", REQUESTS)
def test_every_request_has_four_to_nine_sections_of_answerable_questions(request_text: str) -> None:
    found = outline(request_text).sections
    assert 4 <= len(found) <= 9
    assert all(1 <= len(section.questions) <= 4 for section in found)
    assert all(len(section.search) <= 3 for section in found)
    assert [text for text in questions(found) if not CHECK.can_answer(text)] == []


@pytest.mark.parametrize("request_text", REQUESTS)
def test_no_section_and_no_question_stands_twice(request_text: str) -> None:
    found = outline(request_text).sections
    assert len({section.title for section in found}) == len(found)
    assert len(set(questions(found))) == len(questions(found))


def test_the_same_request_has_the_same_outline() -> None:
    assert outline("Solana", "focus on risk") == outline("Solana", "focus on risk")


def test_a_report_on_an_asset_looks_at_it_from_all_sides() -> None:
    found = titles("Write a report on Solana")
    assert found == [
        "Overview",
        "Market and price history",
        "Risk",
        "Technical picture",
        "Supply and unlocks",
        "Use and value locked",
        "Derivatives and positioning",
        "News and sentiment",
        "Against its peers",
    ]


def test_what_an_asset_has_not_is_not_asked_for() -> None:
    asked = questions(outline("Report on Dogecoin").sections)
    assert not [text for text in asked if "TVL" in text or "unlock" in text]
    assert "When is the next Bitcoin halving?" in questions(outline("Bitcoin").sections)
    assert "When is the next Bitcoin halving?" not in questions(outline("Litecoin").sections)
    assert "When is the next token unlock of Arbitrum?" in questions(outline("Arbitrum").sections)


def test_a_stablecoin_is_looked_at_for_its_peg() -> None:
    found = outline("Tether USDt").sections
    assert "The peg" in [section.title for section in found]
    assert not [text for text in questions(found) if "RSI" in text or "volatile" in text]


def test_the_handbook_tells_what_an_asset_is() -> None:
    overview = outline("Aave").sections[0]
    assert overview.title == "Overview"
    assert overview.questions[0] == "What is Aave?"
    assert len(overview.questions) > 1


def test_several_assets_are_compared() -> None:
    found = outline("Aave vs Compound vs Morpho").sections
    assert [section.title for section in found][:4] == [
        "What they are",
        "Performance",
        "Risk",
        "How they move together",
    ]
    assert "How do Aave, Compound and Morpho compare over the last year?" in questions(found)


def test_a_sector_is_looked_at_as_a_whole() -> None:
    found = questions(outline("State of the AI sector").sections)
    assert {"How is the AI sector doing?", "Which are the largest AI coins?"} <= set(found)


def test_the_market_as_a_whole_has_sections_of_its_own() -> None:
    found = titles("Report on the crypto market")
    assert {"State of the market", "Who leads", "Sectors", "Winners and losers", "Flows of money"} <= set(found)


def test_how_something_works_is_told_by_articles_near_it() -> None:
    found = outline("Explain restaking").sections
    asked = questions(found)
    assert "What is restaking?" in asked
    assert {section.title for section in found} & {"Slashing", "Proof of stake", "Liquid staking"}


def test_own_questions_of_a_request_come_first() -> None:
    found = outline("Why do funding rates matter? What is the funding rate of BTC? Which coins gained most this week?")
    assert [section.questions[0] for section in found.sections[:3]] == [
        "Why do funding rates matter?",
        "What is the funding rate of BTC?",
        "Which coins gained most this week?",
    ]


def test_a_request_that_names_nothing_known_says_so() -> None:
    assert "names nothing that the desk knows" in " ".join(outline("weather and cooking").notes)
    assert outline("Solana").notes == ()


def test_a_focus_comes_first() -> None:
    assert titles("Solana", "focus on tokenomics")[0] == "Supply and unlocks"
    assert titles("Solana", "Please emphasise risk, then derivatives.")[:2] == ["Risk", "Derivatives and positioning"]
    assert titles("Deep dive into Solana's tokenomics")[0] == "Supply and unlocks"


@pytest.mark.parametrize(
    ("wish", "title"),
    [
        ("no technicals", "Technical picture"),
        ("skip the technical analysis", "Technical picture"),
        ("don't include news", "News and sentiment"),
        ("without derivatives", "Derivatives and positioning"),
        ("leave out tokenomics", "Supply and unlocks"),
        ("exclude competitors", "Against its peers"),
    ],
)
def test_what_is_to_be_left_out_is_left_out(wish: str, title: str) -> None:
    assert title in titles("Solana")
    assert title not in titles("Solana", wish)
    assert outline("Solana", wish).notes == ()


def test_only_means_nothing_else() -> None:
    assert titles("Solana", "only risk and supply") == ["Risk", "Supply and unlocks"]


def test_short_has_few_sections_with_one_question_each() -> None:
    found = outline("Bitcoin", "keep it short").sections
    assert len(found) == 4
    assert all(len(section.questions) == 1 for section in found)


def test_a_long_report_asks_more() -> None:
    assert len(questions(outline("Bitcoin", "comprehensive").sections)) > len(questions(outline("Bitcoin").sections))


def test_assets_to_compare_with_have_a_section() -> None:
    found = outline("Solana", "compare with ETH and AVAX")
    (against,) = (section for section in found.sections if section.title.startswith("Against"))
    assert against.title == "Against Ethereum and Avalanche"
    assert "How do Solana, Ethereum and Avalanche compare over the last year?" in against.questions
    assert found.notes == ()


def test_a_stretch_of_time_is_the_one_that_questions_ask_about() -> None:
    asked = questions(outline("Solana", "over the last 6 months").sections)
    assert "How volatile has Solana been over the last 6 months?" in asked
    assert not [text for text in asked if "last year" in text]
    assert "How did Solana do since january 2025?" in questions(outline("Solana", "since January 2025").sections)


def test_several_wishes_at_once_are_all_honoured() -> None:
    found = outline("Solana", "Focus on tokenomics, no technicals, compare with ETH. Keep it short.")
    names = [section.title for section in found.sections]
    assert names[:2] == ["Supply and unlocks", "Against Ethereum"]
    assert len(names) == 4
    assert found.notes == ()


def test_another_matter_is_searched_for_and_asked_about() -> None:
    found = outline("Arbitrum", "focus on governance")
    assert found.sections[0].title == "Governance"
    assert found.sections[0].search == ("Arbitrum governance",)


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ("Write in German", "was not understood and not followed"),
        ("make it rhyme", "was not understood and not followed"),
        ("Add a price prediction", "makes no forecasts"),
        ("and should I buy it", "gives no advice"),
        ("no unicorns", "no such section"),
        ("focus on the peg", "nothing can be said of a peg"),
        ("from 2025-06-01 to 2025-05-01", "ends before it begins"),
    ],
)
def test_what_could_not_be_honoured_is_noted(wish: str, words: str) -> None:
    found = outline("Solana", wish)
    assert words in " ".join(found.notes)
    assert len(found.sections) >= 4


def test_nothing_to_compare_with_is_noted() -> None:
    assert "nothing that the assets to compare with" in " ".join(outline("crypto market", "compare with ETH").notes)


def test_what_is_missing_at_present_is_not_asked_for() -> None:
    bare = CHECK.within(map(Missing, ("why_moved", "news", "sentiment", "tvl", "ecosystem")))
    found = report_sections("Solana", "", KNOWLEDGE, SPECS, TODAY, bare).sections
    assert "News and sentiment" not in [section.title for section in found]
    assert "Use and value locked" not in [section.title for section in found]


def test_without_tools_there_is_no_section() -> None:
    assert report_sections("Solana", "", KNOWLEDGE, (), TODAY).sections == ()


@pytest.mark.parametrize(
    "text", ["x" * 50_000, "\x00\u202e\u200b", "no " * 4000, "focus on " * 3000, "[](http://a) <b>"]
)
def test_hostile_text_is_bounded(text: str) -> None:
    found = outline("Solana", text)
    assert 4 <= len(found.sections) <= 9
    assert all(len(note) < 400 for note in found.notes)
    assert len(found.notes) <= 40
    assert len(outline(text).sections) >= 4
