"""Which of several bearers of a name is meant, and how sure that is: the same rules for everything that is named."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from typing import Generic, Protocol, TypeVar

from msgspec import Struct

from cryptodesk.market.identity.keys import KeyHit
from cryptodesk.market.records.assets import MatchKind

__all__ = [
    "EXACT_KINDS",
    "Candidate",
    "Standing",
    "Verdict",
    "is_clearly_ahead",
    "judge",
    "match_kind",
    "rank_candidates",
]

# A name shared with others is still taken for the one whose rank is this many times better than the next one's.
CLEAR_RANK_RATIO = 10
# The same where the place is an old one and the first of the two is verified to be current.
CLEAR_PRIOR_RATIO = 5
# An asset without a current rank yields to a namesake that was larger than this in an old list.
NOTED_PRIOR_RANK = 500
# Between two of the old lists, one that was larger than this and ten times larger than the other is meant.
LARGE_PRIOR_RANK = 300
_MOST_RIVALS = 10
_MUCH_THE_SAME = 0.85
_KINDS_OF_ASSET = frozenset({"coin", "token", "protocol", "network", "finance"})
_UNRANKED = 10**9

EXACT_KINDS: dict[str, MatchKind] = {
    "symbol": "exact_symbol",
    "name": "exact_name",
    "slug": "exact_slug",
    "alias": "exact_alias",
    "former": "former_symbol",
}
_SCORE: dict[MatchKind, float] = {
    "exact_id": 1.0,
    "exact_address": 1.0,
    "exact_symbol": 0.98,
    "exact_slug": 0.97,
    "exact_name": 0.97,
    "exact_alias": 0.95,
    "former_symbol": 0.9,
    "prefix": 0.7,
    "word": 0.6,
    "substring": 0.5,
    "lookalike": 0.45,
    "fuzzy": 0.4,
}
_ORDER: dict[MatchKind, int] = {kind: place for place, kind in enumerate(_SCORE)}
_BORNE_NOW = frozenset({"exact_symbol", "exact_slug", "exact_name", "exact_alias"})
_FIRST_GUESS = 5
_OBSCURE_GUESS = 20


class Standing(Protocol):
    """What is asked of anything that bears a name."""

    @property
    def name(self) -> str: ...

    @property
    def rank(self) -> int | None: ...

    @property
    def is_active(self) -> bool: ...

    @property
    def is_obscure(self) -> bool: ...

    @property
    def prior_rank(self) -> int | None: ...

    @property
    def sources(self) -> Sequence[str]: ...


N = TypeVar("N", bound=Standing)


class Candidate(Generic[N]):
    """One bearer and the best way in which it matches. `closeness` is 0..1 within the kind; `key` is the text of its
    own that matched. `group` orders candidates before all else: 0 beyond doubt, 1 a name borne now, 2 borne once, 3 and
    4 the same where only old lists have it, then guesses."""

    __slots__ = ("closeness", "group", "id", "is_guess", "key", "match", "named")

    def __init__(self, id: Hashable, named: N, match: MatchKind, closeness: float = 0.0, key: str = "") -> None:  # noqa: A002
        self.id = id
        self.named = named
        self.match = match
        self.closeness = closeness
        self.key = key
        self.group = _group(named, match)
        self.is_guess = self.group >= _FIRST_GUESS

    @property
    def score(self) -> float:
        score = _SCORE[self.match]
        return round(score + 0.1 * self.closeness, 4) if self.is_guess else score

    @property
    def order(self) -> tuple[int, float, bool, int, int, int, int, int, str]:
        named = self.named
        return (
            self.group,
            -self.closeness if self.match == "fuzzy" else 0.0,
            not named.is_active,
            named.rank or _UNRANKED,
            (named.prior_rank or _UNRANKED) if named.is_obscure else 0,
            # Of equals a ticker is meant before a name; among guesses the way of matching is the group already.
            0 if self.is_guess else _ORDER[self.match],
            # Among the unranked, what more public records list is what more people mean.
            -len(named.sources),
            named.prior_rank or _UNRANKED,
            named.name,
        )


def _group(named: Standing, match: MatchKind) -> int:
    if match in _BORNE_NOW:
        return 3 if named.is_obscure else 1 if named.is_active else 2
    if match in {"exact_id", "exact_address"}:
        return 0
    if match == "former_symbol":
        return 4 if named.is_obscure else 2
    return _ORDER[match] + (_OBSCURE_GUESS if named.is_obscure else 0)


class Verdict(Struct, frozen=True):
    """What is to be said of one candidate beside the others. `lookalike` is a well known bearer of much the same name,
    where the candidate itself is obscure."""

    rivals: tuple[Hashable, ...]
    confidence: float
    is_close_call: bool
    lookalike: Standing | None = None


def match_kind(hit: KeyHit) -> MatchKind:
    return EXACT_KINDS[hit.kind] if hit.how == "exact" else hit.how


def rank_candidates(candidates: Iterable[Candidate[N]]) -> list[Candidate[N]]:
    """Best first, each bearer once, by its best match."""
    found = list(candidates)
    if len(found) < 2:
        return found
    best: dict[Hashable, Candidate[N]] = {}
    for candidate in sorted(found, key=lambda candidate: candidate.order):
        best.setdefault(candidate.id, candidate)
    return list(best.values())


def is_clearly_ahead(named: Standing, rival: Standing) -> bool:
    """Whether a name that both bear now means the first beyond reasonable doubt."""
    if named.is_active != rival.is_active:
        return named.is_active
    if named.rank is not None:
        return rival.rank is None or rival.rank >= CLEAR_RANK_RATIO * named.rank
    if rival.rank is not None or not rival.is_obscure:
        return False
    prior, other = named.prior_rank, rival.prior_rank
    if named.is_obscure:
        return _was_large(named) and (other is None or other >= CLEAR_RANK_RATIO * (prior or 1))
    # A verified asset against one of an old list: clear unless the other was large then.
    if other is None or other > NOTED_PRIOR_RANK:
        return True
    return prior is not None and other >= CLEAR_PRIOR_RATIO * prior


def judge(ranked: Sequence[Candidate[N]]) -> list[Verdict]:
    """A verdict for each candidate, best first as `rank_candidates` gives them."""
    if not ranked:
        return []
    best = ranked[0]
    if len(ranked) == 1:
        return [_judge_alone(best)]
    similar = _known_lookalike(ranked)
    is_close = best.is_guess or similar is not None or _is_doubtful(best, ranked)
    verdicts = []
    for candidate in ranked:
        rivals = [other.id for other in ranked if other is not candidate and _is_rival(candidate, other)]
        if candidate is best and similar is not None:
            rivals.insert(0, similar.id)
        confidence = _confidence(candidate, best, is_close, bool(rivals))
        lookalike = similar.named if similar and candidate.named.is_obscure else None
        verdicts.append(Verdict(tuple(rivals[:_MOST_RIVALS]), confidence, is_close, lookalike))
    return verdicts


def _judge_alone(best: Candidate[N]) -> Verdict:
    """What `judge` comes to for an only candidate, as most are; quicker."""
    is_close = best.is_guess or _is_doubtful(best, ())
    return Verdict((), _confidence(best, best, is_close, has_rivals=False), is_close)


def _known_lookalike(ranked: Sequence[Candidate[N]]) -> Candidate[N] | None:
    """The well known bearer of much the same name as an obscure asset's that was asked for exactly."""
    best = ranked[0]
    if best.group not in {3, 4}:
        return None
    return next((one for one in ranked if _may_be_mistaken(best, one)), None)


def _may_be_mistaken(best: Candidate[N], known: Candidate[N]) -> bool:
    if known.named.is_obscure:
        return False
    if known.match == "prefix":
        return not _was_large(best.named) and known.key.removeprefix(best.key).strip() in _KINDS_OF_ASSET
    return known.match == "lookalike" or (known.match == "fuzzy" and known.closeness >= _MUCH_THE_SAME)


def _was_large(named: Standing) -> bool:
    return named.prior_rank is not None and named.prior_rank <= LARGE_PRIOR_RANK


def _is_rival(candidate: Candidate[N], other: Candidate[N]) -> bool:
    """Whether both bear the very name that was asked for; among guesses, whether both are guessed in one way. What
    only old lists name is no rival of an asset that is clearly ahead of it."""
    if candidate.is_guess or other.is_guess:
        return candidate.group == other.group
    if other.named.is_obscure and not _may_be_meant(candidate, other):
        return False
    return (candidate.group == 0) == (other.group == 0)


def _may_be_meant(candidate: Candidate[N], obscure: Candidate[N]) -> bool:
    """Whether an asset of the old lists may be meant beside this candidate: who asks for a well known ticker does not
    mean an obscure name, nor the other way round."""
    crosses = (candidate.match == "exact_symbol") != (obscure.match == "exact_symbol")
    if crosses and not candidate.named.is_obscure:
        return False
    return not is_clearly_ahead(candidate.named, obscure.named)


def _is_doubtful(best: Candidate[N], ranked: Sequence[Candidate[N]]) -> bool:
    others = [other for other in ranked if other is not best and _is_rival(best, other)]
    if best.group == 0:
        return bool(others)
    if best.group in {2, 4}:  # an old name: the answer must say what became of it
        return True
    is_reusable = best.match == "exact_symbol" or " " not in best.key
    if best.group == 3 and is_reusable and not _was_large(best.named):
        return True  # tickers and single words are used again: a younger asset may bear it by now
    return bool(others) and any(
        not is_clearly_ahead(best.named, other.named) or (other.match == "former_symbol" and not other.named.is_obscure)
        for other in others
    )


def _confidence(candidate: Candidate[N], best: Candidate[N], is_close: bool, has_rivals: bool) -> float:
    certainty = 0.85 if candidate.named.is_obscure else 1.0
    if candidate is not best:
        certainty *= 0.4 if is_close else 0.1
    elif is_close:
        certainty *= 0.6
    elif has_rivals:
        certainty *= 0.97
    return round(min(candidate.score, 1.0) * certainty, 4)
