"""Mentions of assets that only the long tail names.

Its twenty thousand names hold most English words and most short rows of capitals, and it is years old: what is in a
text today is rather a word, a firm or a younger token. So a name counts only where it is marked as an asset's: by a
dollar sign, a trading pair, or capitals together with words that speak of assets.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

from msgspec import Struct

from cryptodesk.market.identity.directory import AssetDirectory
from cryptodesk.market.identity.english import ACRONYMS, EVERYDAY, LOOKALIKES, OTHER_NAMES
from cryptodesk.market.identity.prose import Prose
from cryptodesk.market.identity.ranking import Candidate, judge, rank_candidates
from cryptodesk.market.identity.verdicts import impostor_warning
from cryptodesk.market.records.assets import Asset

__all__ = ["UnheardMention", "find_unheard"]

_LONGEST_NAME = 6
_QUOTES = frozenset({"usdt", "usdc", "usd", "busd", "eur", "btc", "eth"})
_TICKER_LETTERS = 3
_NAME_LETTERS = 4
_BY_NAME = 0.85
# A ticker of an old list may be a younger token's by now: below what counts as sure.
_BY_TICKER = 0.55
_BY_TICKER_OF_A_LARGE_ONE = 0.7
_LARGE_PRIOR_RANK = 300


class UnheardMention(Struct, frozen=True):
    """Words `first`..`last`; `assets` likeliest first; the other fields say what those of `Mention` say."""

    first: int
    last: int
    start: int
    end: int
    assets: tuple[Asset, ...]
    confidence: float
    is_close_call: bool
    warning: str | None


def find_unheard(
    prose: Prose,
    directory: AssetDirectory,
    taken: set[int],
    is_slip: Callable[[str], bool],
    day: date | None,
) -> Iterator[UnheardMention]:
    """In the order of the text; `taken` are the words that name known assets, and `is_slip` tells of a word whether it
    is rather a known name misspelt."""
    tail = directory.tail
    if tail is None or (day is not None and day < tail.known_from):
        return
    index = 0
    while index < len(prose.words):
        found = None if index in taken else _at(prose, directory, taken, is_slip, index, day)
        if found is not None:
            yield found
        index = (index if found is None else found.last) + 1


def _at(
    prose: Prose,
    directory: AssetDirectory,
    taken: set[int],
    is_slip: Callable[[str], bool],
    index: int,
    day: date | None,
) -> UnheardMention | None:
    """The mention that begins at a word."""
    word = prose.words[index]
    if word.is_ticker:
        return _told(prose, directory, (index, index), "symbol", day)
    if _is_pair(prose, index):
        return _told(prose, directory, (index, index + 1), "symbol", day)
    name = _name_at(prose, directory, taken, index)
    if name is not None:
        return _told(prose, directory, (index, name), "name", day)
    is_word = word.key in EVERYDAY or word.key in LOOKALIKES or word.key in OTHER_NAMES or word.key in ACRONYMS
    if is_word or is_slip(word.key) or prose.is_compound(index) or not prose.is_surely_an_asset(index, index):
        return None
    if word.text.isupper() and len(word.key) >= _TICKER_LETTERS:
        return _told(prose, directory, (index, index), "symbol", day)
    return _told(prose, directory, (index, index), "name", day) if len(word.key) >= _NAME_LETTERS else None


def _is_pair(prose: Prose, index: int) -> bool:
    word = prose.words[index]
    is_pair = index + 1 < len(prose.words) and prose.words[index + 1].key in _QUOTES and prose.is_pair_gap(index)
    return is_pair and word.text.isupper() and word.key not in _QUOTES and not word.key.isdigit()


def _name_at(prose: Prose, directory: AssetDirectory, taken: set[int], index: int) -> int | None:
    """The last word of a name of several words, each with its capital, that are not all everyday words."""
    assert directory.tail is not None  # noqa: S101  asked for only where there is a tail
    for last in range(min(index + _LONGEST_NAME, len(prose.words)) - 1, index, -1):
        if taken.isdisjoint(range(index, last + 1)):
            keys = [word.key for word in prose.words[index : last + 1]]
            is_plain = all(key in EVERYDAY or key in OTHER_NAMES or len(key) < _TICKER_LETTERS for key in keys)
            may_be_name = not is_plain and prose.is_capitalised(index, last)
            # The names come last: most texts are read without ever making their index.
            if may_be_name and prose.is_one_name(index, last - index + 1) and " ".join(keys) in directory.tail.keys:
                return last
    return None


def _told(
    prose: Prose, directory: AssetDirectory, span: tuple[int, int], by: str, day: date | None
) -> UnheardMention | None:
    first, last = span
    words = prose.words[first : last + 1]
    key = " ".join(word.key for word in words) if by == "name" else words[0].key
    kinds = {"exact_symbol"} if by == "symbol" else {"exact_name", "exact_slug"}
    ranked = rank_candidates(one for one in directory.bearers(key, day) if one.match in kinds and one.named.is_obscure)
    if not ranked:
        return None
    verdict = judge(ranked)[0]
    asset = ranked[0].named
    is_sure = by == "name" or _was_large(ranked[0])
    is_close = verdict.is_close_call or not is_sure
    return UnheardMention(
        first=first,
        last=last,
        start=words[0].start - (1 if words[0].is_ticker else 0),
        end=words[-1].end,
        assets=(asset, *(other.named for other in ranked[1:] if other.id in verdict.rivals)),
        confidence=_confidence(by, is_sure, verdict.is_close_call),
        is_close_call=is_close,
        warning=impostor_warning(directory, asset, day) or (_OLD if is_close else None),
    )


_OLD = "known only from lists published in January 2023: a younger asset may bear the name by now"


def _was_large(one: Candidate[Asset]) -> bool:
    prior = one.named.prior_rank
    return prior is not None and prior <= _LARGE_PRIOR_RANK


def _confidence(by: str, is_sure: bool, is_close: bool) -> float:
    if is_close:
        return 0.5
    if by == "name":
        return _BY_NAME
    return _BY_TICKER_OF_A_LARGE_ONE if is_sure else _BY_TICKER
