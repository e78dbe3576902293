"""Titles, tags and questions in the analyst's way: from what the conversation names and what it asks."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from cryptodesk.dialects._ports import QuestionReader, ReadAsset, Topic
from cryptodesk.dialects.openai.helpers.recognise import Helper, Turn
from cryptodesk.models.analyst.language import is_english

__all__ = ["answer_of", "follow_ups_of", "tags_of", "title_of"]

_MOST_WORDS = 6
_MOST_NAMES = 3
_MOST_CHARACTERS = 60
_FOLLOW_UPS = 3
_UNTITLED: Final = "New Chat"

# Names of what is asked, where the analyst's own would not do as a title.
_TITLES: Final = {
    "quote": "",
    "bare": "Overview",
    "change": "Price Change",
    "history": "Price History",
    "extremes": "Highs and Lows",
    "comparison": "Comparison",
    "worth": "Holdings",
    "conversion": "Conversion",
    "definition": "Explained",
    "concept": "Explained",
    "metadata": "Profile",
    "lookup": "Lookup",
    "prediction": "Outlook",
    "advice": "Outlook",
    "etf_flows": "ETF Flows",
    "dca": "DCA",
    "fear_greed": "Fear and Greed",
    "gainers_losers": "Gainers and Losers",
    "nfts": "NFTs",
    "tvl": "TVL",
    "why_moved": "Price Move",
}
_MEASURES: Final = {"tvl": "TVL", "ath": "All-Time High", "atl": "All-Time Low"}
_EMPTY_TOPICS: Final = frozenset(
    {"greeting", "thanks", "capabilities", "declined", "unclear", "empty", "arithmetic", "out_of_field"}
)
_WORD: Final = re.compile(r"[^\W_]+(?:['’.,-][^\W_]+)*")
_STOP_WORD_LIST: Final = """
    a an and are as at be by can could did do does for from give has have how i in is it its let me my of on or our
    please show should so some tell than that the their them then there these they this those to us was we were what
    whats what's when where which who why will with would write you your
"""
_STOP_WORDS: Final = frozenset(_STOP_WORD_LIST.split())
_SMALL: Final = frozenset({"and", "or", "of", "the", "in", "on", "for", "to", "vs"})


def answer_of(helper: Helper, reader: QuestionReader) -> str:
    """The text of the answer, JSON where JSON is wanted."""
    if helper.form == "text":
        return title_of(helper.talk, reader)
    if helper.form != "object":
        known = {"title": title_of(helper.talk, reader), "language": _language(helper.talk)}
        return _json({name: known[name] for name in helper.members})
    value: Any
    if helper.kind == "title":
        value = title_of(helper.talk, reader)
    else:
        value = tags_of(helper.talk, reader) if helper.kind == "tags" else follow_ups_of(helper.talk, reader)
    return _json({helper.kind: value})


def title_of(talk: Sequence[Turn], reader: QuestionReader) -> str:
    """At most six words and sixty characters, without quotation marks or an end mark."""
    question = next((turn.text for turn in talk if turn.is_user and turn.text), "")
    topics = _topics(question, (), reader)
    names = _names(reader.assets(question))
    if not topics and not names:
        return _from_words(question)
    named = " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))
    said = " ".join(filter(None, (named, *map(_words_of, topics[:1]))))
    period = next((topic.period for topic in topics if topic.period), None)
    if period and len(f"{said} {period}".split()) <= _MOST_WORDS:
        said = f"{said}, {period}" if said else period
    return _clipped(said) or _from_words(question)


def tags_of(talk: Sequence[Turn], reader: QuestionReader) -> list[str]:
    """The field, then what is spoken of; "General" where nothing is recognised."""
    questions = [turn.text for turn in talk if turn.is_user]
    assets = [asset for question in questions for asset in reader.assets(question)]
    topics = [topic for at, text in enumerate(questions) for topic in _topics(text, questions[:at], reader)]
    if not assets and not topics:
        return ["General"]
    special = [*_names(assets), *(_words_of(topic) for topic in topics)]
    return [*dict.fromkeys(("Finance", "Cryptocurrency", *filter(None, special)))][:6]


def follow_ups_of(talk: Sequence[Turn], reader: QuestionReader) -> list[str]:
    questions = [turn.text for turn in talk if turn.is_user and turn.text]
    if not questions:
        return []
    *earlier, last = questions
    return list(reader.follow_ups(last, earlier, _FOLLOW_UPS))


def _topics(question: str, earlier: Sequence[str], reader: QuestionReader) -> list[Topic]:
    return [topic for topic in reader.topics(question, earlier) if topic.name not in _EMPTY_TOPICS]


def _names(assets: Sequence[ReadAsset]) -> list[str]:
    return [*dict.fromkeys(asset.name for asset in assets)][:_MOST_NAMES]


def _words_of(topic: Topic) -> str:
    words = _TITLES.get(topic.name, topic.name.replace("_", " ").title())
    if not words and topic.measures:
        measure = topic.measures[0]
        return _MEASURES.get(measure, measure.replace("_", " ").title())
    return words


def _from_words(question: str) -> str:
    """The question's own words that say something, as a title."""
    words = _WORD.findall(question[:2_000])
    telling = [word for word in words if word.lower() not in _STOP_WORDS] or words
    return _clipped(" ".join(_capital(word, at) for at, word in enumerate(telling[:_MOST_WORDS]))) or _UNTITLED


def _capital(word: str, at: int) -> str:
    return word if at and word.lower() in _SMALL else word[:1].upper() + word[1:]


def _clipped(title: str) -> str:
    if len(title) <= _MOST_CHARACTERS:
        return title
    cut = title[: _MOST_CHARACTERS + 1]
    return cut[: cut.rfind(" ")] if " " in cut else cut[:_MOST_CHARACTERS]


def _language(talk: Sequence[Turn]) -> str:
    """The one language that the analyst reads; any other has no name here."""
    said = " ".join(turn.text for turn in talk if turn.is_user)
    return "English" if is_english(said[:2_000], known=False) else "Other"


def _json(value: Mapping[str, Any]) -> str:
    return msgspec.json.encode(value).decode()
