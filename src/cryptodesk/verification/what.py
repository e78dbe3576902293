"""Of what a figure is: the measure and statistic that its neighbours name, and the direction they give it."""

from __future__ import annotations

import re
from typing import NamedTuple

from cryptodesk.core.patterns import Pattern
from cryptodesk.verification.figures import Figure
from cryptodesk.verification.reading import Mark
from cryptodesk.verification.sentence import BREAK, LIST_JOIN, Sentence

__all__ = ["Found", "carried_measures", "direction_of", "fits", "is_listed", "measure_of"]

_WORDS = (
    r"(?:(?:the|its|their|a|an|total|daily|trading|spot|current|this|day's|all|overall|combined|global|nearest|first|key|"
    r"main|next|immediate|major|own|latest|24h|already|now|currently)\s)*"
)
_TO_MEASURE = Pattern(
    rf"[\s*_)]*(?:(?:in|is|are|that|of|for|worth\sof|worth|on\sthe|as\sthe|as|was|were|got|has\sbeen|have\sbeen)\s)?{_WORDS}[*_(]*$",
    re.IGNORECASE,
)
_TO_FIGURE = Pattern(
    r"[\s:*_|=(~≈]*(?:(?:of|at|is|was|are|were|stands?\sat|stood\sat|sits\sat|comes?\sin\sat|came\sin\sat|reads?|reading|"
    r"currently|now|about|around|roughly|nearly|to)\s)*[\s:*_|=(~≈$€£+-]*$",
    re.IGNORECASE,
)
_TO_DIRECTION = Pattern(
    r"[\s*_)-]*(?:(?:price|overall|weekly|daily|monthly|yearly|annual|net|the|its|day|week|month|year|hour|cumulative|in|a|"
    r"24h|7d|30d|\d+-(?:day|hour|month|week|year))[\s-])*[*_]*$",
    re.IGNORECASE,
)
_RANGED = Pattern(
    r"\b(?:prices\sbetween|(?:rang\w*|traded|trading|swung|fluctuated|oscillated|stayed|held|lies?|lay)\b[^.;]*?\b(?:between|from|of)"
    r"|(?:moved|moving)\b[^.;]*?\b(?:between|within|of))\s[*_]*$",
    re.IGNORECASE,
)
_PAIRED = Pattern(r"[\s*_]*(?:/|and|&)[\s*_]*(?:the\s)?$", re.IGNORECASE)
# "Solana's cap is $5B; Ethereum's is $3B": the same of another.
_ELLIPSIS = Pattern(
    r"['’]s\s(?:is|was|were|at|stands\sat|to|comes\sto)\s[*_~$€£+-]*$|\b(?:has|had|with)\sone\sof\s[*_~$€£]*$"
)
# "reached $5, its highest price ever"
_APPOSITION = Pattern(r"^[*_]*,\s(?:its|the|their|a)\s")
_NOUN = Pattern(r"\s[a-z]{4,}")
_VERBAL = (" at", " around", " near", " for")
_COPULA = Pattern(r"[\s*_)]*(?:is|are|was|were)\s")
_LIST_GAP = Pattern(r"[\s*_(),;]*(?:and|while|&)?[\s*_(),;:~≈]*(?:['’]s\s)?[\s*_(:~≈$€£]*")
_APPOSED = Pattern(
    r"[\s*_)]*(?:\([^)]*\))?[,(–—\s]*(?:up|down|a|an|which is|marking|representing|\(|[+−-]|rising|falling)\b"
    r"|[\s*_)]*[(,]\s?[+−-]?$"
)
_ONLY_BEHIND = frozenset(
    {"above", "below", "ahead", "behind", "over its", "off its", "premium", "discount", "lead", "lag"}
)
_OF = Pattern(r"[*_]*\sof\s")
_LETTERS = Pattern(r"[A-Za-z]{2,}")
_MOST_JOINTS = 6
_CLOSE = 12
_NOW = Pattern(r"\b(?:now|currently|at present)\b", re.IGNORECASE)
_REFERENCE = Pattern(r"\b(?:near|off|from|towards?|around|close to)\s(?:the\s|its\s|their\s)?[*_]*$", re.IGNORECASE)
_ENDED = Pattern(r":\s")
_SPACES = Pattern(r"\s+")
_OF_WHOLE = Pattern(r"[*_]*\s(?:out\s)?of\s(?:the\s|all\s)?[*_]*")
_TURN = Pattern(r"[,;]|\b(?:and|while|but)\b")
_WITHIN_PHRASE = Pattern(r"[\s*_]*(?:(?:of|for|in|the|daily|trading|closing|24-hour|\d+-day)\s)*[*_]*")
_FITTING = {
    "money": {"money", ""},
    "percent": {"money", "percent", "coins", "ratio", "count", "index", "", "gwei", "rank"},
    "points": {"money", "percent", "coins", "ratio", "count", "index", ""},
    "rank": {"rank", ""},
    "count": {"coins", "money", ""},
    "multiple": {"money", "percent", "coins", "ratio", "count", "index", ""},
}


class Found(NamedTuple):
    """`is_own`: the sentence names the measure; `is_tight`: right at the figure, so that another field is a fault."""

    measures: tuple[str, ...]
    aspect: str
    is_own: bool
    is_tight: bool = True


def measure_of(sentence: Sentence, figure: Figure, left: int, right: int) -> Found:
    """The measure and statistic: what is named right behind, else in front, else above or before."""
    at = sentence.figures.index(figure)
    if _is_part_of(sentence, at - 1, at):
        return Found((), "", False)  # the 5 of "3 of 5": what the part is of, not the part
    whole = sentence.figures[at + 1] if _is_part_of(sentence, at, at + 1) else figure
    behind = _behind(sentence, whole, len(sentence.text) if whole is not figure else right)
    if behind is not None:
        return _named(sentence, behind, figure)
    for mark in reversed([one for one in sentence.named if one.end <= figure.start]):
        if mark.kind == "aspect" or fits(figure, sentence.vocabulary.units.get(mark.name, "")):
            if figure.kind == "percent" and mark.name == "price" and mark.words.endswith(_VERBAL):
                continue  # "dominance sits at 53%"
            if figure.kind == "plain" and _is_of_other(sentence, mark, figure, left):
                continue
            if _is_used_up(sentence, mark, figure, left) or _has_new_subject(sentence, mark, figure):
                continue
            if mark.end <= left and _ENDED.search(sentence.text[left : figure.start]):
                break
            named = _paired(sentence, mark, figure)
            found = _loosened(sentence, _named(sentence, named, figure), named, figure, left)
            end = _end_of_range(sentence, figure) if found.aspect in {"", "open", "close"} else ""
            return found._replace(aspect=end or found.aspect, is_tight=_is_tight(sentence, named, figure))
    aspect = sentence.context.aspect or _end_of_range(sentence, figure)
    if _ELLIPSIS.search(sentence.text[: figure.start]) and not sentence.own_measures:
        again = tuple(one for one in sentence.context.measures if fits(figure, sentence.vocabulary.units.get(one, "")))
        return Found(again, aspect, False, bool(again))
    if sentence.context.is_told:
        measures = tuple(
            one for one in sentence.context.measures if fits(figure, sentence.vocabulary.units.get(one, ""))
        )
    else:
        measures = tuple(
            one for one in sentence.context.measures if _goes_on(figure, sentence.vocabulary.units.get(one, ""))
        )
    return Found(measures, aspect, False, sentence.context.is_told or bool(aspect))


def _is_tight(sentence: Sentence, mark: Mark, figure: Figure) -> bool:
    """Whether what stands between the name and the figure joins them and says nothing else."""
    if figure.start - mark.end <= _CLOSE and not _REFERENCE.search(sentence.text[: mark.start]):
        return True
    if _ELLIPSIS.search(sentence.text[max(0, figure.start - 24) : figure.start]):
        return True
    between, place = "", mark.end
    for start, end in sentence.spans:
        if place <= start and end <= figure.start:
            between += sentence.text[place:start]
            place = end
    between += sentence.text[place : figure.start]
    if (
        ";" in between
        or _NOW.search(between)
        or (_REFERENCE.search(sentence.text[: mark.start]) and not _TO_FIGURE.fullmatch(between))
    ):
        return False
    return len(_LETTERS.findall(between)) <= _MOST_JOINTS


def _unclaimed(sentence: Sentence, figure: Figure) -> tuple[str, ...]:
    """Measures that the sentence names away from any figure: "$2M of longs and $1M of shorts were liquidated"."""
    found: dict[str, None] = {}
    for mark in sentence.named:
        if mark.kind == "measure" and fits(figure, sentence.vocabulary.units.get(mark.name, "")):
            following = next((one for one in sentence.figures if one.start >= mark.end), None)
            is_front = following is not None and _TO_FIGURE.fullmatch(sentence.text[mark.end : following.start])
            before = [one for one in sentence.figures if one.end <= mark.start]
            if not is_front and not (before and _behind(sentence, before[-1], len(sentence.text)) is mark):
                found[mark.name] = None
    return tuple(found)


def _is_part_of(sentence: Sentence, part: int, whole: int) -> bool:
    if part < 0 or whole >= len(sentence.figures):
        return False
    one, other = sentence.figures[part], sentence.figures[whole]
    if one.kind != "plain" or other.kind != "plain":
        return False
    return bool(_OF_WHOLE.fullmatch(sentence.text[one.end : other.start]))


def carried_measures(sentence: Sentence, figure: Figure) -> tuple[str, ...]:
    """Measures that a figure without one may go on about: those of its sentence, else of the sentence before."""
    units = sentence.vocabulary.units
    if figure.kind == "plain" and "." not in figure.number:
        return ()
    unclaimed = _unclaimed(sentence, figure) if sentence.own_measures else ()
    if unclaimed:
        return unclaimed
    return tuple(one for one in sentence.context.measures if figure.kind == "money" and units.get(one) == "money")


def _end_of_range(sentence: Sentence, figure: Figure) -> str:
    """ "ranged between $3 and $5": the low, then the high."""
    run = sentence.run(sentence.figures.index(figure))
    if figure.kind != "money" or len(run) != 2 or not _RANGED.search(sentence.text[: sentence.figures[run[0]].start]):
        return ""
    return "low" if sentence.figures[run[0]] is figure else "high"


def _behind(sentence: Sentence, figure: Figure, right: int) -> Mark | None:
    mark = next((one for one in sentence.named if one.start >= figure.end), None)
    if mark is None or mark.start >= right + 1:
        return None
    between = _without_marks(sentence, figure.end, mark.start)
    if mark.kind == "aspect" and _COPULA.match(between):
        return None  # "$5 is the highest of the three"
    if mark.kind == "aspect" and mark.name in {"ath", "atl"}:
        between = _APPOSITION.sub(" ", between)
    if figure.kind == "percent" and _OF.match(between) and sentence.vocabulary.units.get(mark.name) == "count":
        return None  # "36 % of posts were negative" is no change of the posts
    if not _TO_MEASURE.fullmatch(between) or not fits(figure, sentence.vocabulary.units.get(mark.name, "")):
        return None
    following = sentence.text[mark.end : right]
    is_of_next = right < len(sentence.text) and bool(_TO_FIGURE.fullmatch(following)) and not between.strip(" *_")
    return None if is_of_next and _has_own_front(sentence, figure) else mark


def _has_own_front(sentence: Sentence, figure: Figure) -> bool:
    before = [one for one in [*sentence.named, *sentence.assets] if one.end <= figure.start]
    return bool(before) and bool(_TO_FIGURE.fullmatch(sentence.text[max(one.end for one in before) : figure.start]))


def is_listed(sentence: Sentence, at: int) -> bool:
    """Whether nothing but a name stands between the figure before, of the same kind, and this one."""
    if not at or sentence.figures[at - 1].kind != sentence.figures[at].kind:
        return False
    left, right = sentence.figures[at - 1].end, sentence.figures[at].start
    if not any(left <= one.start and one.end <= right for one in sentence.assets):
        return False
    between = _without_marks(sentence, left, right)
    return bool(_LIST_GAP.fullmatch(between))


def _without_marks(sentence: Sentence, start: int, end: int) -> str:
    """The text between, without words of direction and of time, which may stand there."""
    text = sentence.text
    cut = [(one.start, one.end) for one in sentence.directions if start <= one.start and one.end <= end]
    cut += [(one.start, one.end) for one in sentence.reading.periods if start <= one.start and one.end <= end]
    fillers = [*sentence.assets, *sentence.fillers]
    cut += [(one.start, one.end) for one in fillers if start <= one.start and one.end <= end]
    pieces, place = [], start
    for first, last in sorted(cut):
        pieces.append(text[place:first])
        place = max(place, last)
    return _SPACES.sub(" ", "".join([*pieces, text[place:end]])).replace(" -", " ")


def _is_of_other(sentence: Sentence, mark: Mark, figure: Figure, left: int) -> bool:
    """The owners of "5,877 owners and 8,888 items" are of the first figure."""
    is_behind = 0 < mark.start - left <= 1 and sentence.text[mark.end : figure.start].strip() == "and"
    return is_behind and bool(_NOUN.match(sentence.text, figure.end))


def _is_used_up(sentence: Sentence, mark: Mark, figure: Figure, left: int) -> bool:
    """Whether an extreme or a mean was said of an earlier figure and something else came since."""
    if mark.kind == "aspect" and ";" in sentence.text[mark.end : figure.start]:
        return True
    if mark.kind != "aspect" or mark.end > left:
        return False
    return bool(_TURN.search(sentence.text[left : figure.start])) and not LIST_JOIN.fullmatch(
        sentence.text[left : figure.start]
    )


def _paired(sentence: Sentence, mark: Mark, figure: Figure) -> Mark:
    """Of "high / low: 5 / 3" the name in the figure's place."""
    group = [mark]
    names = [one for one in sentence.named if one.end <= mark.start]
    while names and _PAIRED.fullmatch(sentence.text[names[-1].end : group[0].start]):
        group.insert(0, names.pop())
    run = sentence.run(sentence.figures.index(figure))
    if len(group) > 1 and len(run) == len(group) and group[-1].end <= sentence.figures[run[0]].start:
        return group[run.index(sentence.figures.index(figure))]
    return mark


def _has_new_subject(sentence: Sentence, mark: Mark, figure: Figure) -> bool:
    """Whether "it" or a new asset has become what rises or falls since the measure was named."""
    if figure.kind not in {"percent", "points"} or mark.kind != "measure":
        return False
    since = [one for one in sentence.reading.marks if mark.end <= one.start and one.end <= figure.start]
    for one in since:
        is_subject = one.kind == "asset" or (one.kind == "pronouns" and one.words in {"it", "they", "both"})
        passed = any(mark.end <= other.start and other.end <= one.start for other in sentence.figures)
        if is_subject and passed and sentence.text[one.end : one.end + 2] not in {"'s", "’s"}:
            return True
    return False


def _loosened(sentence: Sentence, found: Found, mark: Mark, figure: Figure, left: int) -> Found:
    """A rise told after a level ("… a market cap of $5B and has gained 3%") may be of the level or of the price;
    one set beside it ("…, up 3%") is of the level."""
    if figure.kind not in {"percent", "points"} or mark.end > left or not found.measures:
        return found
    if _APPOSED.match(sentence.text[left : figure.start]) or found.measures == ("price",):
        return found
    if _OF.match(sentence.text, figure.end):
        return found  # "95.8% of all coins" is a share and no rise
    return Found((*found.measures, "price"), found.aspect, found.is_own)


def _named(sentence: Sentence, mark: Mark, figure: Figure) -> Found:
    """The measure and the statistic of a noun phrase: "highest closing price", "average volume"."""
    beside = [one for one in sentence.named if one is not mark and _is_beside(sentence, one, mark)]
    same = [one for one in sentence.named if (one.start, one.end) == (mark.start, mark.end)]
    marks = [mark, *same, *beside]
    measures = tuple(dict.fromkeys(one.name for one in marks if one.kind == "measure"))
    measures = tuple(one for one in measures if fits(figure, sentence.vocabulary.units.get(one, "")))
    aspects = [one.name for one in marks if one.kind == "aspect"]
    # The average close is an average; the highest close is a highest.
    aspect = next((one for one in aspects if one not in {"open", "close"}), next(iter(aspects), ""))
    if not measures and aspect in {"high", "low"} and mark.kind == "aspect" and not sentence.own_measures:
        units = sentence.vocabulary.units
        fitting = tuple(one for one in sentence.context.measures if fits(figure, units.get(one, "")))
        return Found((*fitting, "price") if fitting and figure.kind == "money" else fitting, aspect, True)
    if not measures and aspect and mark.kind == "aspect":
        subject = [one for one in sentence.named if one.kind == "measure" and one.end <= mark.start]
        is_only = figure.kind == "plain" and len(sentence.own_measures) == 1
        is_topic = bool(subject) and (is_only or _is_topic(sentence, subject[-1], mark))
        measures = (subject[-1].name,) if is_topic else ()
        measures = tuple(one for one in measures if fits(figure, sentence.vocabulary.units.get(one, "")))
    return Found(measures[:2] if same else measures[:1], aspect, True)


def _is_topic(sentence: Sentence, subject: Mark, mark: Mark) -> bool:
    return not any(subject.end <= figure.start < mark.start and figure.kind != "rank" for figure in sentence.figures)


def _is_beside(sentence: Sentence, one: Mark, other: Mark) -> bool:
    first, second = sorted((one, other))
    between = sentence.text[first.end : second.start]
    if first.end > second.start:
        return False
    return bool(_WITHIN_PHRASE.fullmatch(between))


def direction_of(sentence: Sentence, figure: Figure, left: int, right: int) -> tuple[int, Mark | None, bool]:
    """The sign that the words give, the word, and whether it says a move without saying which way."""
    if figure.kind not in {"percent", "points", "money", "plain", "multiple", "count"}:
        return 0, None, False
    before = [one for one in sentence.directions if one.end <= figure.start and one.words not in _ONLY_BEHIND]
    behind = next((one for one in sentence.directions if one.start >= figure.end), None)
    near = before[-1] if before else None
    if near is not None and near.end < left and BREAK.search(sentence.text[left : figure.start]):
        near = None
    is_adjacent = near is not None and near.end >= left and len(sentence.text[near.end : figure.start]) <= 14
    if behind is not None and behind.start < right and not is_adjacent:
        between = sentence.text[figure.end : behind.start]
        if _TO_DIRECTION.fullmatch(between) and "," not in between:
            return _signed(sentence, behind)
    if near is None:
        return sentence.context.sign, None, False
    return _signed(sentence, near)


def _signed(sentence: Sentence, mark: Mark) -> tuple[int, Mark, bool]:
    return {"up": 1, "down": -1}.get(mark.name, 0), mark, mark.name == "neutral"


def fits(figure: Figure, unit: str) -> bool:
    """Whether a figure of this kind can be of a measure of the unit; a percentage can be a change of anything."""
    if figure.unit == "gwei":
        return unit == "gwei"
    if figure.kind == "plain":
        return unit != "percent" or "." in figure.number
    return unit in _FITTING.get(figure.kind, {unit})


def _goes_on(figure: Figure, unit: str) -> bool:
    """Whether a figure without a measure goes on about the one of the sentence before."""
    if figure.kind == "count":
        return unit == "coins"
    return (figure.kind == "plain" and unit in {"index", "count", "gwei"}) or (
        figure.kind == "percent" and unit == "percent"
    )
