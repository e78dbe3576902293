"""Which assets a question speaks of, and where."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from functools import lru_cache
from itertools import pairwise

from msgspec import Struct
from rapidfuzz import process
from rapidfuzz.distance import OSA

from cryptodesk.core.patterns import Pattern
from cryptodesk.market.identity.claims import Claims, Names
from cryptodesk.market.identity.directory import AssetDirectory
from cryptodesk.market.identity.english import ACRONYMS, EVERYDAY, FUNCTION_WORDS, LOOKALIKES
from cryptodesk.market.identity.history import day_of
from cryptodesk.market.identity.prose import Prose
from cryptodesk.market.identity.ranking import is_clearly_ahead
from cryptodesk.market.identity.text import normalise
from cryptodesk.market.identity.unheard import UnheardMention, find_unheard
from cryptodesk.market.identity.verdicts import describe, rename_warning
from cryptodesk.market.records.assets import Asset

__all__ = ["AssetMentions", "Mention"]

MAX_TEXT = 20_000
# In a catalogue of every asset there is, a ticker in small letters beyond this rank is rather a word or a slip.
_PROMINENT_RANK = 500
_SELECTED_ASSETS = 1_000
_TYPO_LETTERS = 5
_TWO_SLIPS_LETTERS = 7
_MOST_SLIPS_READ = 400
_MOST_NOTED = 5
_BY_OPPONENT = 0.7
# A name of code, as in "balanceOf".
_IDENTIFIER = Pattern(r"[a-z][A-Z]")
# Written in capitals for what they are beside an asset as well: "GAS price", "OP Stack".
_WORDS_IN_CAPITALS = frozenset({"gas", "op"})
_NUMBERED = Pattern(r"(?:id|ID|Id) ?[:=#]? ?#?(?P<asset_id>[0-9]{1,10})(?![0-9]|[.,][0-9])")
# Before the id of an asset, and not of a transaction, an order or a token of a collection.
_BEFORE_ID = """
    about against analyse analyze and asset assets between by chart cmc coin coinmarketcap compare convert crypto
    cryptocurrency for from has having i in is mean of on or price s show than the to versus vs was with
"""
_MAY_STAND_BEFORE_ID = frozenset(_BEFORE_ID.split())
_QUOTES = ("usdt", "usdc", "fdusd", "busd", "usd", "eur")
_PLURALS = ("s", "es")
_INFLECTIONS = ("al", "ed", "er", "ers", "ing", "ings", "ly", "ish", "ist", "ists", "ism", "ity", "ian", "ians", "y")
# An answer about the successor is no answer about the asset when the new coin is not worth the old one.
_REDENOMINATED = 0.8


class Mention(Struct, frozen=True):
    """`text` is what stands at `start`:`end` of the question. `confidence` is 0..1. `is_ticker_word` tells that it is
    also an everyday English word, taken for an asset by its context; `rivals` are ids of assets called the same.

    `is_close_call` says that an answer must name the choice or ask back; `warning` tells why, or what the name is
    easily mistaken for. `is_contested` says that of its rivals not all are far behind."""

    start: int
    end: int
    text: str
    asset_id: int
    symbol: str
    name: str
    confidence: float
    is_ticker_word: bool = False
    rivals: tuple[int, ...] = ()
    is_close_call: bool = False
    warning: str | None = None
    is_contested: bool = False


class _Candidate(Struct):
    """Words `first`..`last` that may name one of `assets`, likeliest first. Confidence 0 until context decides.
    `key` is the folded text that names them; `is_guess` that it is spelt otherwise."""

    first: int
    last: int
    start: int
    end: int
    assets: Sequence[Asset]
    confidence: float
    is_everyday: bool = False
    key: str = ""
    is_guess: bool = False


class AssetMentions:
    """Finds assets in prose. Immutable after construction; safe to share between threads."""

    def __init__(self, directory: AssetDirectory) -> None:
        self._directory = directory
        self._names = Names(directory.assets)
        self._is_selection = len(directory.assets) <= _SELECTED_ASSETS
        self._typo_keys = [
            words[0]
            for words, claims in self._names.by_words.items()
            if len(words) == 1 and _may_be_slipped(words[0]) and self._is_prominent(claims[0].asset)
        ]
        self._closest: Callable[[str], tuple[str, float] | None] = lru_cache(maxsize=4096)(self._find_closest)

    def find(self, text: str, as_of: date | datetime | None = None) -> list[Mention]:
        """Mentions in the order of the text, never overlapping; an asset named twice is found twice.

        Words that are also English count only by their context. Empty where nothing is certain enough. Only the first
        20,000 characters are read. With `as_of` only assets known by then, under the names they had.
        Raises: ValueError for a time without zone."""
        day = day_of(as_of)
        claims = self._names.on(day, self._directory.history)
        prose = Prose(text[:MAX_TEXT], self._names.by_symbol.keys())
        candidates = list(self._candidates(prose, claims))
        self._settle_by_context(prose, candidates)
        candidates = [candidate for candidate in candidates if candidate.confidence > 0]
        unheard = list(find_unheard(prose, self._directory, _taken(candidates), self._is_slip, day))
        taken = _taken(candidates) | {index for found in unheard for index in range(found.first, found.last + 1)}
        candidates += self._misspelt(prose, claims, taken)
        mentions = [self._to_mention(prose, candidate, day) for candidate in candidates]
        mentions += [_to_unheard_mention(prose, one) for one in unheard]
        return sorted(mentions, key=lambda mention: mention.start)

    def _candidates(self, prose: Prose, claims: Claims) -> Iterator[_Candidate]:
        index = 0
        while index < len(prose.words):
            candidate = (
                self._numbered(prose, index)
                or self._pair(prose, claims, index)
                or self._name(prose, claims, index)
                or self._symbol(prose, claims, index)
            )
            if candidate is None:
                index += 1
            else:
                self._join_ticker(prose, claims, candidate)
                yield candidate
                index = candidate.last + 1

    def _numbered(self, prose: Prose, index: int) -> _Candidate | None:
        """ "id 1027", "asset id: 1027": whoever is shown several assets of a name tells one of them so."""
        word = prose.words[index]
        if word.key != "id" or (index and prose.words[index - 1].key not in _MAY_STAND_BEFORE_ID):
            return None
        told = _NUMBERED.match(prose.text, word.start)
        asset = self._directory.by_id(int(told["asset_id"])) if told is not None else None
        if told is None or asset is None:
            return None
        return _Candidate(index, index + 1, word.start, told.end(), [asset], 0.99, key=told["asset_id"])

    def _join_ticker(self, prose: Prose, claims: Claims, candidate: _Candidate) -> None:
        """ "Sonic (S)", "near (NEAR Protocol)": name and ticker of one asset are that asset, whoever has either."""
        last = prose.closed_after(candidate.last)
        if last is None:
            return
        keys = tuple(word.key for word in prose.words[candidate.last + 1 : last + 1])
        said = {asset.asset_id for asset in (*claims.name(keys), *(claims.symbol(keys[0]) if len(keys) == 1 else ()))}
        bearers = (*candidate.assets, *claims.name(tuple(candidate.key.split())), *claims.symbol(candidate.key))
        both = list({asset.asset_id: asset for asset in bearers if asset.asset_id in said}.values())
        if both and not (len(keys) == 1 and keys[0] == candidate.key):
            candidate.assets, candidate.confidence, candidate.is_everyday = both, 0.99, False
            candidate.last, candidate.end = last, prose.words[last].end + 1

    def _pair(self, prose: Prose, claims: Claims, index: int) -> _Candidate | None:
        """ "SOL/USDT", "btc-usd", "ETHUSDT": the traded asset, the currency is part of the mention."""
        word = prose.words[index]
        if index + 1 < len(prose.words) and prose.words[index + 1].key in _QUOTES and prose.is_pair_gap(index):
            assets = claims.symbol(word.key)
            if assets and word.key not in _QUOTES:
                end = prose.words[index + 1].end
                is_everyday = word.key in EVERYDAY
                return _Candidate(index, index + 1, word.start, end, assets, 0.97, is_everyday, word.key)
        if word.key in EVERYDAY or claims.symbol(word.key):
            return None
        for quote in _QUOTES:
            base = word.key.removesuffix(quote)
            assets = claims.symbol(base) if word.key.endswith(quote) else ()
            if assets:
                return _Candidate(index, index, word.start, word.end, assets, 0.95, key=base)
        return None

    def _name(self, prose: Prose, claims: Claims, index: int) -> _Candidate | None:
        for count in range(min(self._names.longest, len(prose.words) - index), 0, -1):
            words = prose.words[index : index + count]
            keys = tuple(word.key for word in words)
            assets = claims.name(keys)
            if assets and prose.is_one_name(index, count):
                if count == 1 and (claims.symbol(keys[0]) or words[0].is_ticker):
                    return None  # the rules for tickers are the stricter ones
                is_everyday = all(key in EVERYDAY or len(key) < 3 for key in keys) and not _says_coin(keys)
                is_word = count == 1 and words[0].text.islower() and not self._is_prominent(assets[0])
                is_open = is_everyday or is_word or prose.is_in_other_company(index, count)
                confidence = 0.0 if is_open else 0.97
                start, end, last = words[0].start, words[-1].end, index + count - 1
                return _Candidate(index, last, start, end, assets, confidence, is_everyday, " ".join(keys))
        return None

    def _symbol(self, prose: Prose, claims: Claims, index: int) -> _Candidate | None:
        word = prose.words[index]
        assets = claims.symbol(word.key) or (claims.name((word.key,)) if word.is_ticker else ())
        if not assets or (word.key.isdigit() and not word.is_ticker):
            return None
        is_everyday = word.key in EVERYDAY
        confidence = self._ticker_confidence(prose, claims, index, assets)
        start = word.start - 1 if word.is_ticker else word.start
        return _Candidate(index, index, start, word.end, assets, confidence, is_everyday, word.key)

    def _ticker_confidence(self, prose: Prose, claims: Claims, index: int, assets: Sequence[Asset]) -> float:
        """0 where the spelling alone does not tell."""
        word = prose.words[index]
        if word.is_ticker:
            return 0.99
        if word.key in ACRONYMS or len(word.key) < 2 or prose.is_compound(index):
            return 0.0
        if word.text.isupper() and not prose.is_shouting:
            if word.key in _WORDS_IN_CAPITALS and prose.is_in_other_company(index, 1):
                return 0.0
            return 0.85 if word.key in EVERYDAY else 0.95
        if word.key in EVERYDAY or len(word.key) < 3 or prose.is_in_other_company(index, 1):
            return 0.0
        if claims.name((word.key,)):
            return 0.95
        return 0.9 if self._is_prominent(assets[0]) else 0.0

    def _settle_by_context(self, prose: Prose, candidates: list[_Candidate]) -> None:
        """Gives the undecided candidates that their context makes assets a confidence. Lists are read both ways."""
        for positions in (range(len(candidates)), range(len(candidates) - 1, -1, -1)) * 2:
            for position in positions:
                candidate = candidates[position]
                if candidate.confidence == 0:
                    before = candidates[position - 1] if position else None
                    after = candidates[position + 1] if position + 1 < len(candidates) else None
                    candidate.confidence = prose.confidence(
                        candidate.first,
                        candidate.last,
                        listed_after=before.end if before and before.confidence else None,
                        listed_before=after.start if after and after.confidence else None,
                        is_prominent=self._is_prominent(candidate.assets[0]),
                        touching=_touching(prose, candidates, position),
                    )
            self._settle_opponents(prose, candidates)

    def _settle_opponents(self, prose: Prose, candidates: Sequence[_Candidate]) -> None:
        """ "link vs dot": each is an asset because the other may be one."""
        for one, other in pairwise(candidates):
            if one.confidence or other.confidence or not prose.are_set_against(one.last, other.first):
                continue
            if all(self._is_prominent(each.assets[0]) and each.key not in FUNCTION_WORDS for each in (one, other)):
                one.confidence = other.confidence = _BY_OPPONENT

    def _is_prominent(self, asset: Asset) -> bool:
        if self._is_selection or asset.verified_at is not None:
            return asset.is_active or asset.successor_id is not None
        return asset.is_active and asset.rank is not None and asset.rank <= _PROMINENT_RANK

    def _misspelt(self, prose: Prose, claims: Claims, taken: set[int]) -> Iterator[_Candidate]:
        read: set[str] = set()
        for index, word in enumerate(prose.words):
            if index in taken or not self._may_be_misspelt(word.key) or _IDENTIFIER.search(word.text):
                continue
            read.add(word.key)
            if len(read) > _MOST_SLIPS_READ:
                return
            found = self._closest(word.key)
            if found and not prose.is_compound(index) and (assets := claims.name((found[0],))):
                is_guess = found[1] < 0.9
                yield _Candidate(index, index, word.start, word.end, assets, found[1], key=found[0], is_guess=is_guess)

    def _may_be_misspelt(self, key: str) -> bool:
        is_word = _is_english(key) or (key,) in self._names.by_words
        return len(key) >= _TYPO_LETTERS and key.isalpha() and not is_word

    def _find_closest(self, key: str) -> tuple[str, float] | None:
        """The name meant by a misspelt or plural word, and how sure that is."""
        slips = 2 if len(key) >= _TWO_SLIPS_LETTERS else 1
        close = process.extract(key, self._typo_keys, scorer=OSA.distance, processor=None, score_cutoff=slips, limit=5)
        for name, distance, _ in close:
            ending = key.removeprefix(name)
            if ending in _PLURALS:
                return name, 0.9
            is_near = distance == 1 and (len(key) > _TYPO_LETTERS or key[0] == name[0])
            if ending not in _INFLECTIONS and (is_near or (key[0] == name[0] and len(name) >= _TWO_SLIPS_LETTERS)):
                return name, 0.7 if distance == 1 else 0.55
        return None

    def _is_slip(self, key: str) -> bool:
        """Whether the word is rather a well known name with a slip of the pen."""
        return self._may_be_misspelt(key) and self._closest(key) is not None

    def _to_mention(self, prose: Prose, candidate: _Candidate, day: date | None) -> Mention:
        asset, *others = candidate.assets
        warning = rename_warning(self._directory, asset, candidate.key, day)
        noted = self._noted_in_tail(prose, candidate, day)
        rivals = [*others, *noted]
        certainty = _lead(asset, others) * (0.75 if noted else 1.0)
        if candidate.is_guess and warning is None:
            warning = f"the text is spelt otherwise; read as {describe(asset)}"
        if _is_redenominated(asset, candidate.key):
            certainty *= _REDENOMINATED
        is_contested = any(not is_clearly_ahead(asset, rival) for rival in rivals)
        return Mention(
            candidate.start,
            candidate.end,
            prose.text[candidate.start : candidate.end],
            asset.asset_id,
            asset.symbol,
            asset.name,
            round(candidate.confidence * certainty, 4),
            candidate.is_everyday,
            tuple(rival.asset_id for rival in rivals),
            candidate.is_guess or warning is not None or is_contested,
            warning,
            is_contested,
        )

    def _noted_in_tail(self, prose: Prose, candidate: _Candidate, day: date | None) -> list[Asset]:
        """Assets of the long tail that may be meant by the same words: large ones of that time under the same ticker,
        and those whose true name was read as a slip of the pen."""
        asset = candidate.assets[0]
        if self._directory.tail is None or asset.rank is not None or not asset.is_active:
            return []
        if candidate.is_guess:
            spelt = self._directory.bearers(prose.words[candidate.first].key, day)
            return [one.named for one in spelt if one.named.is_obscure][:_MOST_NOTED]
        kind = "exact_symbol" if candidate.key == normalise(asset.symbol) else "exact_name"
        bearers = [one for one in self._directory.bearers(candidate.key, day) if one.named.is_obscure]
        noted = [one.named for one in bearers if one.match == kind and not is_clearly_ahead(asset, one.named)]
        return noted[:_MOST_NOTED]


def _to_unheard_mention(prose: Prose, found: UnheardMention) -> Mention:
    asset, *others = found.assets
    return Mention(
        found.start,
        found.end,
        prose.text[found.start : found.end],
        asset.asset_id,
        asset.symbol,
        asset.name,
        found.confidence,
        rivals=tuple(other.asset_id for other in others),
        is_close_call=found.is_close_call,
        warning=found.warning,
        is_contested=len(found.assets) > 1,
    )


def _taken(candidates: Sequence[_Candidate]) -> set[int]:
    return {index for candidate in candidates for index in range(candidate.first, candidate.last + 1)}


def _is_english(key: str) -> bool:
    """Whether the word, or what it is the plural of, is no slip of the pen."""
    singulars = {key, key.removesuffix("s"), key.removesuffix("es")}
    return not singulars.isdisjoint(EVERYDAY) or not singulars.isdisjoint(LOOKALIKES)


def _touching(prose: Prose, candidates: Sequence[_Candidate], position: int) -> int:
    """How many known assets stand in one row with the candidate, before and after it."""
    return sum(_row(prose, candidates, position, step) for step in (-1, 1))


def _row(prose: Prose, candidates: Sequence[_Candidate], position: int, step: int) -> int:
    count = 0
    while 0 <= position + step < len(candidates) and candidates[position + step].confidence:
        first, second = sorted((position, position + step))
        if not prose.are_touching(candidates[first].last, candidates[second].first):
            break
        position += step
        count += 1
    return count


def _may_be_slipped(name: str) -> bool:
    return len(name) >= _TYPO_LETTERS and name.isalpha() and name not in EVERYDAY


def _says_coin(keys: Sequence[str]) -> bool:
    """Whether a name of several words ends in the kind of thing it is, as in "trump coin"."""
    return len(keys) > 1 and keys[-1] in {"coin", "token"} and keys[0] not in FUNCTION_WORDS


def _is_redenominated(asset: Asset, key: str) -> bool:
    return any((change.symbol or "").lower() == key and change.ratio not in {None, "1"} for change in asset.changes)


def _lead(asset: Asset, others: Sequence[Asset]) -> float:
    """How far the likeliest asset is ahead of those called the same: 1 when alone, near 1 when far larger or when
    nothing else of that name is still current."""
    if not others:
        return 1.0
    if not asset.is_active:
        return 0.6
    rivals = [other for other in others if other.is_active]
    if not rivals:
        return 0.97
    if asset.rank is None:
        return 0.6
    ranks = [other.rank for other in rivals if other.rank is not None]
    return 0.97 if all(rank >= 5 * asset.rank for rank in ranks) else 0.7
