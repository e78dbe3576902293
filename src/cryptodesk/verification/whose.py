"""Whose a figure is: the asset behind it, in front of it, in its place of a list, or of the sentence before."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from cryptodesk.core.patterns import Pattern
from cryptodesk.verification.figures import Figure
from cryptodesk.verification.reading import Mark
from cryptodesk.verification.sentence import Sentence

__all__ = ["assets_of"]

_TO_ASSET = Pattern(
    r"[*_]*\s\([*_]*$|[*_)\s]*(?:(?:drop|gain|rise|loss|increase|decline|move|change|returns?|share|high|low|price|each)\s)?"
    r"(?:for|of|in|by|worth\sof|in\sthe\scase\sof)\s(?:the\s)?[*_(]*$"
)
_JOINED = Pattern(
    r"[\s*_]*(?:\([^)\d]*\))?[\s*_]*(?:,|and|&|or|,\sand|/|vs\.?|versus)[\s*_]*(?:the\s)?$", re.IGNORECASE
)
_PLACE = Pattern(
    r"\b(?:coins?|tokens?|assets?|projects?|apps?|protocols?|pools?|listed|deployed|built|issued|lives?|run|runs)\son\s(?:the\s)?[*_]*$",
    re.IGNORECASE,
)
_LEAVING_OUT = frozenset({"without", "excluding", "except", "ex", "but"})
_WITHOUT = Pattern(
    r"\b(?:without|excluding|except|ex|all\s(?:\w+\s){0,3}but)[\s-](?:the\s)?(?:[\w*_()]+\s){0,3}?(?:and\s)?[*_]*$",
    re.IGNORECASE,
)
_OVER = Pattern(r"[\s*_]*(?:over|against|to|divided by)[\s*_]*", re.IGNORECASE)
_ON = Pattern(r"[)\s*_]*\son\s(?:the\s)?[*_]*")
_NEAR = Pattern(r"(?:'s|’s)?[\s*_(]*(?:[a-z]+\s){0,2}[\s*_($€£+−-]*")
# "For Ethereum to overtake Bitcoin its cap would have to rise from $1T to $4T": first what it has, then the other's.
_OVERTAKING = Pattern(r"\bto (?:overtake|surpass|flip|catch)\b", re.IGNORECASE)
_OF_SEVERAL = Pattern(r"\b(?:prices|closes|caps|volumes|capitali[sz]ations)\sof\s[*_~$€£]*$", re.IGNORECASE)
# "the same three moved by 1%, 2% and 3%"; "A ranks first and B second by size, at $5 and $3".
_AND_THEIRS = Pattern(
    r"\b(?:(?:the\s|all\s|these\s|those\s)(?:same\s)?(?:two|three|four|five)|both|they)\b[^.;,]*$"
    r"|,\s(?:at|with|for|to|on)\s[*_~$€£]*$|\([*_~$€£+−-]*$|;\s[^;.]*$",
    re.IGNORECASE,
)
_OBJECT = Pattern(r"\b(?:of|than|with|to|over|beats?|below|above)\s[*_]*$", re.IGNORECASE)
_ENDS = Pattern(r"[*_]*(?:\s(?:and|or)\b|[,.;]|$)")
_ITS = Pattern(r"[\s*_]*(?:its|it|their|they)\b", re.IGNORECASE)
_CLAUSE_OF_IT = Pattern(r"['’]?s?\)?[*_]*,?\s(?:which|whose|who|that)\b")
_LETTERS = Pattern(r"[A-Za-z]+")


def assets_of(sentence: Sentence, at: int, right: int) -> tuple[tuple[str, ...], bool]:
    """The assets the figure is of, and whether they stand in the sentence itself."""
    figure = sentence.figures[at]
    if figure.kind == "count" and figure.unit:
        return (sentence.tickers.get(figure.unit, figure.unit),), True
    in_turn = _overtaking(sentence, at) or _respectively(sentence, at)
    if in_turn:
        return in_turn, True
    behind = next((mark for mark in sentence.assets if mark.start >= figure.end), None)
    if behind is not None and behind.kind == "market" and figure.kind == "percent":
        behind = None  # "5% of the market" is a share
    if behind is not None and behind.start < right and _leads_to(sentence, figure, behind):
        return _group(sentence, behind, figure, at, is_behind=True), True
    before = [mark for mark in sentence.subjects if mark.end <= figure.start]
    others = _others(sentence, at, before) or _in_turn(sentence, at, before)
    if others:
        return others, True
    for mark in reversed(before):
        if _is_measured_against(sentence, mark) and not _is_close(sentence, mark, figure):
            continue
        if _is_left_out(sentence, mark) or _is_passed_by(sentence, mark, figure):
            continue
        return _group(sentence, mark, figure, at, is_behind=False), True
    within = [mark for mark in before if not _is_left_out(sentence, mark)]
    if within and not sentence.context.assets:
        return (within[-1].name,), True
    later = [mark for mark in sentence.assets if mark.start >= figure.end]
    if not before and later and not sentence.context.assets:
        return (later[0].name,), True
    if not before and later and _opens_with_figure(sentence.text, figure) and not _ITS.match(sentence.text):
        return tuple(dict.fromkeys((later[0].name, *sentence.context.assets))), True
    run = sentence.run(at)
    if len(run) == len(sentence.context.assets) > 1:
        return (sentence.context.assets[run.index(at)],), True
    return sentence.context.assets, False


def _leads_to(sentence: Sentence, figure: Figure, mark: Mark) -> bool:
    """ "5% for Bitcoin", and "66.5% BTC and 33.5% ETH"."""
    if _TO_ASSET.fullmatch(sentence.text[figure.end : mark.start]):
        return True
    if figure.kind != "percent":
        return False
    is_next = not sentence.text[figure.end : mark.start].strip(" *_")
    return is_next and bool(_ENDS.match(sentence.text, mark.end))


def _overtaking(sentence: Sentence, at: int) -> tuple[str, ...]:
    """Of an asset that is to overtake another the first amount, of the other the second."""
    if sentence.figures[at].kind != "money" or len(sentence.own_assets) != 2:
        return ()
    match = _OVERTAKING.search(sentence.text[: sentence.figures[at].start])
    if match is None:
        return ()
    place = sum(one.kind == "money" and match.end() <= one.start for one in sentence.figures[:at])
    return (sentence.own_assets[place % 2],)


def _respectively(sentence: Sentence, at: int) -> tuple[str, ...]:
    """Of as many figures in a row as assets were named before them the asset in the figure's place."""
    figure = sentence.figures[at]
    if figure.kind in {"count", "rank"} and figure.unit:
        return ()
    run = sentence.run(at)
    if len(run) < 2:
        return ()
    first, last = sentence.figures[run[0]], sentence.figures[run[-1]]
    end = sentence.figures[run[-1] + 1].start if run[-1] + 1 < len(sentence.figures) else len(sentence.text)
    is_told = "respectively" in sentence.words and "respectively" in sentence.text[last.end : end]
    front = sentence.text[: first.start]
    if not is_told and not _OF_SEVERAL.search(front) and not _AND_THEIRS.search(front):
        return ()
    names = tuple(dict.fromkeys(mark.name for mark in sentence.assets if mark.end <= first.start))
    return (names[run.index(at)],) if len(names) == len(run) else ()


def _others(sentence: Sentence, at: int, before: Sequence[Mark]) -> tuple[str, ...]:
    """Of "A beat B: 5% against 3%" the asset of the second figure: what the first is measured against."""
    figure = sentence.figures[at]
    if not at or not any(
        one.end <= figure.start <= one.end + 3 and one.end > sentence.figures[at - 1].end for one in sentence.against
    ):
        return ()
    if any(mark.end > sentence.figures[at - 1].end for mark in before) or sentence.figures[at - 1].kind != figure.kind:
        return ()
    first, _ = assets_of(sentence, at - 1, figure.start)
    return tuple(dict.fromkeys(mark.name for mark in before if mark.name not in first))


def _in_turn(sentence: Sentence, at: int, before: Sequence[Mark]) -> tuple[str, ...]:
    """Of "A's cap is 22% of B's: $1T over $5T" the asset in the figure's place."""
    run = [one for one in (at - 1, at, at + 1) if 0 <= one < len(sentence.figures)]
    names = tuple(dict.fromkeys(mark.name for mark in before))
    if len(names) != 2:
        return ()
    for first, second in pairwise(run):
        one, other = sentence.figures[first], sentence.figures[second]
        is_pair = one.kind == other.kind and _OVER.fullmatch(sentence.text[one.end : other.start])
        if is_pair and before[-1].end <= one.start and ":" in sentence.text[before[-1].end : one.start]:
            return (names[at == second],)
    return ()


def _is_left_out(sentence: Sentence, mark: Mark) -> bool:
    """ "Without Bitcoin it is …"."""
    return not sentence.words.isdisjoint(_LEAVING_OUT) and bool(_WITHOUT.search(sentence.text[: mark.start]))


def _is_passed_by(sentence: Sentence, mark: Mark, figure: Figure) -> bool:
    """Whether "its" goes on about the subject: "Solana costs a fraction of Ethereum's price, and its return was 5%"."""
    if mark is sentence.subjects[0] or not _OBJECT.search(sentence.text[: mark.start]):
        return False
    return any(
        one.kind == "pronouns" and one.words in {"it", "its"} and mark.end <= one.start < figure.start
        for one in sentence.reading.marks
    )


def _is_measured_against(sentence: Sentence, mark: Mark) -> bool:
    if _CLAUSE_OF_IT.match(sentence.text, mark.end):
        return False  # "ahead of Solana, which is up 5%"
    if "on" in sentence.words and (_PLACE.search(sentence.text[: mark.start]) or _is_network(sentence, mark)):
        return True  # "the cheapest coin on Ethereum", "Uniswap (UNI) on ethereum"
    return any(one.end <= mark.start <= one.end + 6 for one in sentence.against)


def _is_network(sentence: Sentence, mark: Mark) -> bool:
    before = [one for one in sentence.assets if one.end <= mark.start]
    return bool(before) and bool(_ON.fullmatch(sentence.text[before[-1].end : mark.start]))


def _is_close(sentence: Sentence, mark: Mark, figure: Figure) -> bool:
    between = sentence.text[mark.end : figure.start]
    return bool(_NEAR.fullmatch(between))


def _group(sentence: Sentence, mark: Mark, figure: Figure, at: int, *, is_behind: bool) -> tuple[str, ...]:
    """The asset; of "BTC and ETH at 5 and 3" the one in the figure's place, of "BTC and ETH" with one figure both."""
    group = [mark]
    place = sentence.assets.index(mark)
    while place and _JOINED.fullmatch(sentence.text[sentence.assets[place - 1].end : sentence.assets[place].start]):
        place -= 1
        group.insert(0, sentence.assets[place])
    place = sentence.assets.index(mark)
    while place + 1 < len(sentence.assets) and _JOINED.fullmatch(
        sentence.text[sentence.assets[place].end : sentence.assets[place + 1].start]
    ):
        place += 1
        group.append(sentence.assets[place])
    names = tuple(dict.fromkeys(one.name for one in group))
    if len(names) == 1 or any(one.start < figure.start < other.start for one, other in pairwise(group)):
        return (mark.name,)
    run = sentence.run(at)
    if len(run) == len(group):
        return (group[run.index(at)].name,)
    return names if not is_behind or len(run) == 1 else (mark.name,)


def _opens_with_figure(text: str, figure: Figure) -> bool:
    return len(_LETTERS.findall(text[: figure.start])) <= 3
