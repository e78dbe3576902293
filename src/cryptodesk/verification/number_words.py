"""Figures written in words: "five percent", "twelve thousand dollars", "doubled", "half of", "three of five"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from cryptodesk.verification.figures import Figure
from cryptodesk.verification.vocabulary import Vocabulary, words_of

__all__ = ["NUMBERS", "NUMBER_WORDS", "find_number_words"]

_UP_TO_TWENTY = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty"
)
NUMBERS = {word: value for value, word in enumerate(words_of(_UP_TO_TWENTY))} | {
    "thirty": 30,
    "forty": 40,
    "fifty": 50,
    "sixty": 60,
    "seventy": 70,
    "eighty": 80,
    "ninety": 90,
    "dozen": 12,
}
_POWERS = {"hundred": 2, "thousand": 3, "million": 6, "billion": 9, "trillion": 12}
_MULTIPLES = {
    "doubled": 2.0, "doubling": 2.0, "double": 2.0, "twice": 2.0, "tripled": 3.0, "tripling": 3.0, "triple": 3.0,
    "thrice": 3.0, "trebled": 3.0, "quadrupled": 4.0, "quintupled": 5.0, "halved": 0.5, "halving": 0.5,
}  # fmt: skip
_PARTS = {"half": 2, "third": 3, "thirds": 3, "quarter": 4, "quarters": 4, "fifth": 5, "fifths": 5, "tenth": 10}
_UP_TO_TENTH = "first second third fourth fifth sixth seventh eighth ninth tenth"
_ORDINALS = {word: value for value, word in enumerate(words_of(_UP_TO_TENTH), 1)}
NUMBER_WORDS = frozenset({*NUMBERS, *_MULTIPLES, *_PARTS, *_ORDINALS})
_LONGEST_TICKER = 6
_RANKED = frozenset({"largest", "biggest", "by", "place", "rank", "most"})


def find_number_words(text: str, tokens: Sequence[re.Match[str]], vocabulary: Vocabulary) -> list[Figure]:
    words = [token.group().lower() for token in tokens]
    found: list[Figure] = []
    at = 0
    while at < len(words):
        word = words[at]
        figure: tuple[Figure, int] | None = None
        if word in NUMBERS:
            figure = _number(text, tokens, words, at, vocabulary)
        elif word in _MULTIPLES and not _is_event(words, at):
            figure = _made(text, tokens, at, 1, "multiple", Decimal(str(_MULTIPLES[word]))), 1
        if figure is None and (word in _PARTS or word in _ORDINALS):
            figure = _part(text, tokens, words, at) or _ordinal(text, tokens, words, at)
        if figure is not None:
            found.append(figure[0])
        at += figure[1] if figure else 1
    return found


def _is_event(words: Sequence[str], at: int) -> bool:
    """The halving of Bitcoin's reward, a double top: names, not figures."""
    if words[at] in {"halving", "double", "triple"}:
        following = words[at + 1] if at + 1 < len(words) else ""
        return words[at] == "halving" or following not in {"the", "that", "its", "what"}
    return False


def _number(
    text: str, tokens: Sequence[re.Match[str]], words: Sequence[str], at: int, vocabulary: Vocabulary
) -> tuple[Figure, int] | None:
    value, length, power = NUMBERS[words[at]], 1, 0
    following = words[at + 1] if at + 1 < len(words) else ""
    if value >= 20 and NUMBERS.get(following, 99) < 10 and text[tokens[at].end()] in "- ":
        value, length = value + NUMBERS[following], 2
    while at + length < len(words) and words[at + length] in _POWERS:
        power += _POWERS[words[at + length]]
        length += 1
    after = words[at + length] if at + length < len(words) else ""
    second = words[at + length + 1] if at + length + 1 < len(words) else ""
    number = Decimal(value).scaleb(power)
    if after in {"percent", "pct"} or (after == "per" and second == "cent"):
        kind = "points" if second in {"point", "points"} else "percent"
        return _made(
            text, tokens, at, length + (2 if after == "per" or kind == "points" else 1), kind, number
        ), length + 1
    if after == "percentage" and second.startswith("point"):
        return _made(text, tokens, at, length + 2, "points", number), length + 2
    if after in vocabulary.currencies and (power or after not in {"usdt", "usdc"}):
        figure = _made(text, tokens, at, length + 1, "money", number)
        figure.unit = vocabulary.currencies[after]
        return figure, length + 1
    if after == "times" and second in {"as", "the", "that", "its", "larger", "more", "bigger", "higher"}:
        return _made(text, tokens, at, length + 1, "multiple", number), length + 1
    if power:
        return _made(text, tokens, at, length, "plain", number), length
    ticker = tokens[at + length].group() if at + length < len(tokens) else ""
    is_next = bool(ticker) and tokens[at + length].start() - tokens[at + length - 1].end() == 1
    if (
        is_next
        and value > 1
        and ticker.isupper()
        and 1 < len(ticker) <= _LONGEST_TICKER
        and ticker not in vocabulary.stop_symbols
    ):
        figure = _made(text, tokens, at, length + 1, "count", number)
        figure.unit = ticker
        return figure, length + 1
    return _share_of(text, tokens, words, at, length, number)


def _share_of(
    text: str, tokens: Sequence[re.Match[str]], words: Sequence[str], at: int, length: int, number: Decimal
) -> tuple[Figure, int] | None:
    """The three of "three of five" and "three out of the five"; its five is read in its turn."""
    rest = [
        word for word in words[at + length : at + length + 4] if word not in {"the", "out", "all", "these", "those"}
    ]
    if "$" in text[tokens[at].end() : tokens[at].end() + 6]:
        return None  # "XRP has one of $5"
    if rest[:1] == ["of"] and rest[1:2] and (rest[1] in NUMBERS or rest[1].isdigit()):
        return _made(text, tokens, at, length, "plain", number), length
    behind = [word for word in words[max(0, at - 4) : at] if word not in {"the", "out", "all", "these", "those"}]
    if behind[-1:] == ["of"] and behind[-2:-1] and (behind[-2] in NUMBERS or behind[-2].isdigit()):
        return _made(text, tokens, at, length, "plain", number), length
    return None


def _part(text: str, tokens: Sequence[re.Match[str]], words: Sequence[str], at: int) -> tuple[Figure, int] | None:
    """ "half of", "a third of", "two-thirds of"."""
    if words[at] not in _PARTS:
        return None
    following = words[at + 1] if at + 1 < len(words) else ""
    before = words[at - 1] if at else ""
    is_half = words[at] == "half"
    if is_half and following in {"a", "an"} and before not in {"and", "about"}:
        return _made(text, tokens, at, 2, "plain", Decimal("0.5")), 2  # "half a bitcoin"
    if following not in ({"of", "as", "its", "the", "that"} if is_half else {"of", "as", "that"}):
        return None
    if before in {"first", "second", "latter", "last", "this", "next", "previous", "the"} or words[at + 2 : at + 3] in (
        ["2026"], ["2025"], ["2024"], ["year"]
    ):  # fmt: skip
        return None
    count = NUMBERS.get(before, 1 if before in {"a", "one", ""} or is_half else 0)
    if count == 0:
        return None
    figure = _made(
        text, tokens, at - 1 if before in NUMBERS else at, 2 if before in NUMBERS else 1, "multiple", Decimal(1)
    )
    figure.decimal = (Decimal(count) / Decimal(_PARTS[words[at]])).quantize(Decimal("0.0001"))
    figure.value = float(figure.decimal)
    return figure, 1


def _ordinal(text: str, tokens: Sequence[re.Match[str]], words: Sequence[str], at: int) -> tuple[Figure, int] | None:
    """ "third-largest", "ranked second", "fifth by market cap"."""
    if words[at] not in _ORDINALS:
        return None
    following = words[at + 1] if at + 1 < len(words) else ""
    before = words[at - 1] if at else ""
    if following in _RANKED or before in {"ranked", "ranks", "rank"}:
        return _made(text, tokens, at, 1, "rank", Decimal(_ORDINALS[words[at]])), 1
    return None


def _made(text: str, tokens: Sequence[re.Match[str]], at: int, length: int, kind: str, value: Decimal) -> Figure:
    start, end = tokens[at].start(), tokens[at + length - 1].end()
    step = 10.0 ** (len(str(int(value))) - len(str(int(value)).rstrip("0"))) if value >= 1 else 0.1
    if kind == "multiple":
        step = abs(float(value)) * 0.1
    return Figure(text[start:end], start, end, kind, float(value), value, step, is_word=True)
