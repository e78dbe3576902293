"""A question as words with their surroundings, and what the surroundings say about a word being an asset's name."""

from __future__ import annotations

import re
from collections.abc import Container

from msgspec import Struct

from cryptodesk.core.patterns import Pattern
from cryptodesk.market.identity.english import ACRONYMS, COLLOCATIONS, EVERYDAY, FUNCTION_WORDS
from cryptodesk.market.identity.phrases import (
    ABOUT_ASSETS,
    ABOUT_ASSETS_TWO,
    AFTER_ASKING_ABOUT,
    ASKS_ABOUT,
    ASKS_FOR,
    ASKS_FOR_FIGURE,
    ASKS_FOR_VALUE,
    BEGINS_ASKING,
    COUNTED,
    ENDS_CLAUSE,
    LEADS_IN,
    OPENS_LIST,
    PAID_FOR,
    PEOPLE_AND_PLACES,
    SAYS_ASSET,
    SETS_BESIDE,
    SHORT_SPAN,
    SOLD_FOR,
    TAKES_TWO,
)
from cryptodesk.market.identity.text import normalise

__all__ = ["Prose", "Word"]

_WORD = Pattern(r"[^\W_]+")
# Bounded parts: an endless word must not be read again from each of its letters.
_NOT_PROSE = Pattern(
    r"https?://\S+|www\.\S+|[^\s@]{1,64}@[^\s@]{1,255}\.\S+|\b[\w-]{1,63}\.(?:com|org|net|xyz|app|dev)\b\S*",
    re.IGNORECASE,
)
_GAP_IN_NAME = Pattern(r"[\s.\-&'’()]{1,3}")
_PAIR_GAP = Pattern(r"\s?[/\-_]\s?")
_CONJUNCTION = Pattern(r"\s*(?:/|&|\+|(?:,\s*)?\b(?:and|or|vs|versus|against)\b\.?)\s*", re.IGNORECASE)
_COMMA = Pattern(r"\s*,\s*")
_ALTERNATIVE = Pattern(r"\s+(?:and|or)\s+|\s?/\s?", re.IGNORECASE)
_COMPARES = Pattern(
    r"\b(?:compar\w*|correlat\w*|(?:out|under)perform\w*|beat|which (?:one |of \w+ )?(?:has |did |is )?"
    r"(?:gained|grew|fell|lost|rose|dropped|gain|performed|better|bigger|larger|cheaper|more)|convert)\b",
    re.IGNORECASE,
)
_VERSUS = Pattern(r"\s*\b(?:vs|versus|v)\b\.?\s*", re.IGNORECASE)
_NEW_SENTENCE = Pattern(r"[.?!:;\n]")

_SETS = Pattern(r"\b(?:compar|correlat|relat)\w*", re.IGNORECASE)
_OPENS_BRACKET = Pattern(r"\s?\(")
_MOST_IN_BRACKETS = 4
_LOOKBACK = 40
# Words of every market before they are anybody's ticker.
_WORDS_OF_TRADE = frozenset({"gas", "perp"})
_SHORT_QUESTION = 8


class Word(Struct, frozen=True):
    """`key` is the folded spelling; `is_ticker` tells that a dollar sign stands before it."""

    start: int
    end: int
    text: str
    key: str
    is_ticker: bool


class Prose:
    """One text. Addresses of pages and mailboxes are no prose: nothing in them is a word."""

    def __init__(self, text: str, symbols: Container[str] = ()) -> None:
        self.text = text
        self._prose = _NOT_PROSE.sub(lambda match: " " * len(match[0]), text)
        self.words = [self._word(match) for match in _WORD.finditer(self._prose)]
        # Capitals say nothing where all is written in them; a list of tickers alone is no such text.
        others = [
            word for word in self.words if word.text.isalpha() and (word.key not in symbols or word.key in EVERYDAY)
        ]
        self.is_shouting = any(word.key not in symbols for word in others) and all(
            word.text.isupper() for word in others
        )
        self.is_shouting = self.is_shouting and len(self.words) > 1
        long = [word for word in others if len(word.text) > 3]
        self._is_headline = len(long) > 3 and sum(word.text[0].isupper() for word in long) > 0.7 * len(long)

    def is_pair_gap(self, index: int) -> bool:
        return _PAIR_GAP.fullmatch(self._gap_after(index)) is not None

    def is_one_name(self, index: int, count: int) -> bool:
        """Whether nothing but spaces and joining marks stands between the words."""
        return all(_GAP_IN_NAME.fullmatch(self._gap_after(at)) for at in range(index, index + count - 1))

    def is_compound(self, index: int) -> bool:
        """Whether the word is a part of a longer one, as in "near-term" or "cross-link"."""
        word = self.words[index]
        before = self._prose[max(word.start - 2, 0) : word.start]
        after = self._prose[word.end : word.end + 2]
        joins_before = len(before) == 2 and before[0].isalpha() and before[1] in "-'’_"
        return joins_before or (len(after) == 2 and after[0] in "-_" and after[1].isalpha())

    def is_in_other_company(self, index: int, count: int) -> bool:
        """Whether the word stands with others beside which it is no asset, as in "ripple effect"."""
        if count > 1 or self.words[index].key not in COLLOCATIONS:
            return False
        before, after = COLLOCATIONS[self.words[index].key]
        if self._is_gas_token(index):
            return False
        if self._key(index + 1, index) in after:
            return True
        preceding = self._key(index - 1, index)
        is_beside = preceding in before and "," not in self._gap_after(index - 1)
        return is_beside and not (preceding == "the" and self._is_about_assets(index, index))

    def _is_gas_token(self, index: int) -> bool:
        """ "Gas token price" is asked of the coin of that name; "the gas token of Ethereum" is of another."""
        if self.words[index].key != "gas" or self._key(index + 1, index) not in {"token", "coin"}:
            return False
        is_all = len(self.words) == 2
        is_figure = self._key(index + 2, index + 1) in ABOUT_ASSETS
        return (index == 0 and (is_all or is_figure)) or self._follows(index, ASKS_FOR_VALUE)

    def closed_after(self, last: int) -> int | None:
        """The last word of the brackets that open right after the word; None where none do, or they hold much."""
        if not _OPENS_BRACKET.fullmatch(self._gap_after(last)):
            return None
        for index in range(last + 1, min(last + 1 + _MOST_IN_BRACKETS, len(self.words))):
            if self._prose.startswith(")", self.words[index].end):
                return index
        return None

    def are_set_against(self, last: int, first: int) -> bool:
        """Whether the words are alternatives of one kind: "vs" stands between them, or "or" in a comparison."""
        gap = self._prose[self.words[last].end : self.words[first].start]
        if _VERSUS.fullmatch(gap):
            return True
        return _ALTERNATIVE.fullmatch(gap) is not None and _COMPARES.search(self._prose) is not None

    def are_touching(self, last: int, first: int) -> bool:
        """Whether nothing but spaces stands between the words."""
        return self._prose[self.words[last].end : self.words[first].start].isspace()

    def confidence(
        self,
        first: int,
        last: int,
        *,
        listed_after: int | None,
        listed_before: int | None,
        is_prominent: bool,
        touching: int = 0,
    ) -> float:
        """0..1: how surely the words `first`..`last`, which could be plain English, name an asset here.

        A known asset ends at the character `listed_after` before them, another begins at `listed_before` after them;
        `touching` known assets stand in one row with them, nothing but spaces between."""
        key = self.words[first].key
        if first == last and self.is_compound(first):
            return 0.0
        is_asked_of = self._follows(first, ASKS_FOR_FIGURE) and (
            self._ends_clause(last) or SETS_BESIDE.match(self._prose, self.words[last].end) is not None
        )
        if self.is_in_other_company(first, last - first + 1) and (
            key in _WORDS_OF_TRADE or not (is_asked_of or self._follows(first, ASKS_FOR_VALUE))
        ):
            return 0.0
        is_bare = first == last and (key in FUNCTION_WORDS or len(key) < 2)
        if self._is_listed(first, last, listed_after, listed_before, is_bare):
            return 0.75
        if (first == last and key in ACRONYMS) or not is_prominent:
            return 0.0
        if is_bare:
            return 0.6 if self._follows(first, ASKS_FOR) and self._ends_clause(last) else 0.0
        if (
            self._follows(first, ASKS_FOR)
            or is_asked_of
            or self._is_traded(first, last)
            or self._is_about_assets(first, last)
            or self._is_name_by_capital(first, last)
            or self._is_in_row(first, last, touching)
        ):
            return 0.75
        return 0.65 if key not in PEOPLE_AND_PLACES and self._is_asked_about(first, last) else 0.0

    def is_surely_an_asset(self, first: int, last: int) -> bool:
        """Whether the words are spelt as a name and asked for as only assets are: the rule for names that nobody may
        have heard of."""
        words = self.words[first : last + 1]
        if self.is_shouting or self._is_headline or not all(word.text[0].isupper() for word in words):
            return False
        is_asked_for = self._follows(first, ASKS_FOR_VALUE) and self._ends_clause(last)
        if not all(word.text.isupper() for word in words) and self._starts_sentence(first):
            return False
        return is_asked_for or self._key(last + 1, last) in SAYS_ASSET

    def is_capitalised(self, first: int, last: int) -> bool:
        """Whether every word has its capital, in a text where that says something."""
        words = self.words[first : last + 1]
        is_headline = self._is_headline and len(self.words) > _SHORT_QUESTION
        return not self.is_shouting and not is_headline and all(not word.text[0].islower() for word in words)

    def _word(self, match: re.Match[str]) -> Word:
        start, text = match.start(), match[0]
        is_ticker = start > 0 and self._prose[start - 1] == "$" and not text[0].isdigit()
        return Word(start, match.end(), text, normalise(text), is_ticker)

    def _gap_after(self, index: int) -> str:
        end = self.words[index + 1].start if index + 1 < len(self.words) else len(self._prose)
        gap = self._prose[self.words[index].end : end]
        return gap.removesuffix("$") if gap != "$" else gap

    def _key(self, index: int, beside: int) -> str:
        """The word's key, or "" where there is none or a sentence ends between the two neighbours."""
        if not 0 <= index < len(self.words) or _NEW_SENTENCE.search(self._gap_after(min(index, beside))):
            return ""
        return self.words[index].key

    def _is_listed(self, first: int, last: int, after: int | None, before: int | None, is_bare: bool) -> bool:
        """Whether the words continue or begin a list of assets. A bare word must fill its place in the list alone."""
        if after is not None:
            gap = self._prose[after : self.words[first].start]
            if self.words[last].key == "etc":  # which ends lists of anything
                return _VERSUS.fullmatch(gap) is not None
            if self._continues(gap) and (self._ends_list(last) or self._is_about_assets(first, last)):
                return True
        if self.words[last].key == "etc":
            return False
        if before is None:
            return False
        gap = self._prose[self.words[last].end : before]
        begins = (
            first == 0 or self._follows(first, ASKS_FOR) or _COMMA.fullmatch(self._gap_after(first - 1)) is not None
        )
        opens = begins or (not is_bare and self._follows(first, OPENS_LIST))
        if opens and not is_bare and SETS_BESIDE.fullmatch(gap) and self._sets_side_by_side:
            return True
        return (_CONJUNCTION.fullmatch(gap) is not None and (begins or not is_bare)) or (
            _COMMA.fullmatch(gap) is not None and opens
        )

    def _ends_list(self, last: int) -> bool:
        """ "eth and gas this week" is no list of assets."""
        following = self._key(last + 1, last)
        return self._ends_clause(last) and (self.words[last].key != "gas" or not following)

    def _continues(self, gap: str) -> bool:
        is_beside = SETS_BESIDE.fullmatch(gap) is not None and self._sets_side_by_side
        return is_beside or _CONJUNCTION.fullmatch(gap) is not None or _COMMA.fullmatch(gap) is not None

    @property
    def _sets_side_by_side(self) -> bool:
        return _SETS.search(self._prose) is not None

    def _is_in_row(self, first: int, last: int, touching: int) -> bool:
        """Whether the word stands in a row of assets ("ada sol link"): one neighbour is too few for that, "eth gas"
        and "btc hype" are no rows, unless what follows takes two."""
        if self.words[last].key == "gas":
            return False
        beside = {self._key(last + 2, last + 1), self._key(first - 2, first - 1)}
        return touching > 1 or (touching == 1 and not beside.isdisjoint(TAKES_TWO))

    def _ends_clause(self, last: int) -> bool:
        return ENDS_CLAUSE.match(self._prose, self.words[last].end) is not None

    def _is_about_assets(self, first: int, last: int) -> bool:
        following = self._key(last + 1, last)
        if first == last and self.words[last].key in FUNCTION_WORDS:
            return False
        second = self._key(last + 2, last + 1) if following else ""
        return following in ABOUT_ASSETS or (following, second) in ABOUT_ASSETS_TWO

    def _is_asked_about(self, first: int, last: int) -> bool:
        is_end = self._ends_clause(last)
        if is_end and last == len(self.words) - 1 and self._before(first) in LEADS_IN:
            return True
        following = self._key(last + 1, last)
        if self._before(first) in BEGINS_ASKING and following in AFTER_ASKING_ABOUT:
            return True
        if first == 0 and SHORT_SPAN.match(self._prose, self.words[last].end):
            return True
        return self._follows(first, ASKS_ABOUT) and (is_end or following in AFTER_ASKING_ABOUT)

    def _is_traded(self, first: int, last: int) -> bool:
        """ "convert 50 near to usd", "$500 of link": what money is paid for, or turned into money."""
        if self.words[last].key in PEOPLE_AND_PLACES:
            return False
        start, end = self.words[first].start, self.words[last].end
        if PAID_FOR.search(self._prose, max(0, start - _LOOKBACK), start):
            return self._ends_clause(last)
        if COUNTED.search(self._prose, max(0, start - _LOOKBACK), start):
            return True
        is_counted = first > 0 and self.words[first - 1].text.isdigit() and self._prose[start - 1].isspace()
        return is_counted and SOLD_FOR.match(self._prose, end) is not None

    def _follows(self, first: int, phrases: tuple[str, ...]) -> bool:
        before = self._before(first)
        return any(before == phrase or before.endswith(f" {phrase}") for phrase in phrases)

    def _before(self, first: int) -> str:
        """The folded text before the word, its last 40 characters."""
        start = self.words[first].start
        return normalise(self._prose[max(0, start - _LOOKBACK) : start].lstrip("$"))

    def _is_name_by_capital(self, first: int, last: int) -> bool:
        """A capital inside a sentence marks a name, unless people or places bear it too."""
        words = self.words[first : last + 1]
        if self.is_shouting or self._is_headline or words[0].key in PEOPLE_AND_PLACES:
            return False
        return (
            not self._starts_sentence(first) and len(words[0].key) > 3 and all(word.text[0].isupper() for word in words)
        )

    def _starts_sentence(self, first: int) -> bool:
        return first == 0 or bool(re.search(r"[.?!:;\n\"“(]", self._gap_after(first - 1)))
