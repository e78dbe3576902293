"""Which two figures a question sets against each other: two of one asset, or the same one of two assets."""

# ruff: noqa: E501 - a phrase table reads better with one entry a line

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Literal

from msgspec import Struct

from cryptodesk.core.patterns import Pattern
from cryptodesk.models.analyst.measures import MEASURES
from cryptodesk.models.analyst.reading import Reading

__all__ = ["FIGURES", "Figure", "Form", "Slots", "find_slots"]

Form = Literal["ratio", "times", "share", "larger", "smaller"]


class Figure(Struct, frozen=True):
    """A figure of the market tool: only those of one `kind` can be set against each other."""

    name: str
    metric: str
    field: str
    label: str
    kind: Literal["money", "coins"]
    pattern: Pattern


class Slots(Struct, frozen=True):
    """`top` over `bottom`, names of `FIGURES`. `over` are the places of their assets among those named; None where
    each asset's own two figures are meant."""

    top: str
    bottom: str
    over: tuple[int, int] | None = None
    form: Form = "ratio"


def _figure(name: str, kind: Literal["money", "coins"]) -> Figure:
    measure = MEASURES[name]
    return Figure(
        name,
        measure.metric,
        measure.field,
        measure.label,
        kind,
        Pattern(rf"(?<![\w-])(?:{measure.pattern})(?![\w])"),
    )


# In the order of finding: what is found first hides what lies inside it.
_TABLE = (
    _figure("fully_diluted_market_cap", "money"),
    Figure("market_cap", "market_cap", "market_cap", "market cap", "money",
           Pattern(r"\bmarket[- ]?cap(?:itali[sz]ation)?s?\b|\bm-?caps?\b|\bmkt cap\b|\bmarket value\b|\bmc\b(?= ?(?:/|to|-to-))|(?<=/)mc\b")),
    Figure("tvl", "liquidity", "tvl", "total value locked", "money", Pattern(r"\btvl\b|\b(?:total )?value locked\b")),
    Figure("volume_24h", "volume", "volume_24h", "24-hour volume", "money",
           Pattern(r"\b(?:(?:daily|24 ?h(?:ours?)?|24-hour|trading|traded) )*(?:volumes?|vol)\b|\bturnover\b(?! ratio)|\b(?:changes hands|is traded|was traded|gets traded|trades?)\b(?= (?:every|each|per|a|in a|in 24|daily) ?(?:day|24 ?h\w*|hours?)?)")),
    _figure("open_interest", "money"),
    Figure("max_supply", "supply", "max_supply", "maximum supply", "coins",
           Pattern(r"\bmax(?:imum)?(?: supply\b|(?= ?(?:/|to\b)))|\bhard cap\b")),
    Figure("total_supply", "supply", "total_supply", "total supply", "coins",
           Pattern(r"\btotal(?: supply\b|(?= ?(?:/|to\b)))")),
    Figure("circulating_supply", "supply", "circulating_supply", "circulating supply", "coins",
           Pattern(r"\bcirculating(?: supply)?\b|\bsupply in circulation\b")),
    _figure("ath", "money"),
    _figure("atl", "money"),
    Figure("price", "price", "price", "price", "money", Pattern(r"\bprices?\b|\b(?:more|less) expensive\b|\bpricier\b|\bcheaper\b")),
)  # fmt: skip
FIGURES = {figure.name: figure for figure in _TABLE}

_LARGER = Pattern(r"\b(?:bigger|larger|greater|higher|more valuable|more expensive|pricier)\b|\bthe size of\b|\bas (?:big|large|valuable|high|expensive) as\b")  # fmt: skip
_SMALLER = Pattern(r"\b(?:smaller|lower|less valuable|less expensive|cheaper)\b")
# Said of a whole asset without naming the figure.
_SIZE = Pattern(
    r"\b(?:bigger|larger|smaller|more valuable|less valuable)\b|\bthe size of\b|\bas (?:big|large|valuable) as\b"
)
_TIMES = Pattern(r"\b(?:how )?many (?:times|x|multiples)\b|\btimes (?:bigger|larger|smaller|greater|higher|lower|the|as|more|its)\b|\b\d+(?:\.\d+)?x (?:bigger|larger|smaller|the|as)\b|\bmultiple of\b|\bby what factor\b")  # fmt: skip
_HOW_MUCH = Pattern(r"\bhow much (?:bigger|larger|smaller|greater|higher|lower|more valuable|less valuable|more expensive|cheaper|pricier)\b")  # fmt: skip
_SHARE = Pattern(r"\b(?:what|which|how many) (?:percent(?:age)?|per ?cent|share|fraction|part|portion|%) of\b|\bas (?:a |an )?(?:percent(?:age)?|per ?cent|share|fraction|part|portion|%) of\b|\bhow much of\b|\bwhat %(?: of)?")  # fmt: skip
_RATIO = Pattern(r"\bratios?\b|\bquotient\b|\bdivided by\b|÷")
_TURNOVER = Pattern(r"\bturnover ratio\b")
_FIT = Pattern(r"\b(?:fits?|go(?:es)?) (?:in|into|inside)\b")
# Between two figures; "and" joins them only where a ratio was named.
_JOIN = Pattern(r"^(?:'s)? ?(?:(?:/|÷|:|-to-|to|over|vs\.?|versus|divided by|relative to|against|compared (?:to|with)|per|times (?:bigger|larger) than|as (?:a |an )?(?:percent(?:age)?|per ?cent|share|fraction|part|multiple|%) of))(?: ?(?:its|the|their|total))*$")  # fmt: skip
_AND = Pattern(r"^ ?(?:and|&|,) ?(?:its |the |their )?$")
_OTHER = Pattern(
    r"\bwhy\b|\b(?:correlat\w+|sharpe|sortino|p/?e|nvt|mvrv|long[- ]short|funding|dominance|rank\w*|coins? with|tokens? with|top \d+|altcoins?|stocks?|gold|above|below|under \d|over \d|undervalued|overvalued|will|should|portfolio|holders?|unlock\w*)\b"
)
# Without any of these it is no question of a ratio.
_SIGN = Pattern(
    r"[/÷:%]|\b(?:ratios?|quotient|divided|to|over|vs|versus|against|relative|compared|per|times|multiples?|factor|percent\w*|cent|share|fraction|part|portion|fits?|goe?s?|how much|turnover)\b"
)
_MOST_WORDS = 22


def find_slots(reading: Reading) -> Slots | None:
    """None where the question asks for no ratio of two figures of the moment."""
    text, count = reading.masked, len(reading.found.assets)
    if reading.words > _MOST_WORDS or not _SIGN.search(text) or _OTHER.search(text) or not _is_now(reading):
        return None
    if _TURNOVER.search(text):
        return Slots("volume_24h", "market_cap")
    found = tuple(_found(text))
    names = tuple(dict.fromkeys(name for name, _, _ in found))
    if len(names) == 2:
        return _of_two_figures(reading, found, names)
    if count != 2 or len(names) > 1:
        return None
    return _of_two_assets(text, names[0] if names else "market_cap" if _SIZE.search(text) else "")


def _is_now(reading: Reading) -> bool:
    period = reading.strong_period
    return period is None or (period.kind, period.count) == ("hours", 24)


def _found(text: str) -> Iterator[tuple[str, int, int]]:
    """Figures by name with their stretch of the text, in the order of the text."""
    taken: list[tuple[str, int, int]] = []
    for figure in _TABLE:
        for match in figure.pattern.finditer(text):
            taken.append((figure.name, match.start(), match.end()))
            text = f"{text[: match.start()]}{' ' * len(match.group())}{text[match.end() :]}"
    yield from sorted(taken, key=lambda one: one[1])


def _of_two_figures(reading: Reading, found: Sequence[tuple[str, int, int]], names: tuple[str, ...]) -> Slots | None:
    first, second = names
    if FIGURES[first].kind != FIGURES[second].kind or {first, second} <= {"ath", "atl"}:
        return None
    if FIGURES[first].kind == "coins" and not (_RATIO.search(reading.masked) or "/" in reading.masked):
        return None  # side by side they are a question of the supply
    text, over = reading.masked, _own_assets(reading, found)
    (_, _, end), (_, start, _) = found[0], next(one for one in found if one[0] == second)
    share = _SHARE.search(text)
    if share is not None and share.end() <= found[0][1]:
        return Slots(second, first, None if over is None else (over[1], over[0]), "share")
    between = re.sub(r"(?: of| for)? ?(?:the )?_+(?:'s?)?", " ", text[end:start])
    joined = _JOIN.match(" ".join(between.split())) or ("/" in between and len(between.strip()) == 1)
    if joined:
        return Slots(first, second, over, "share" if share else "times" if _TIMES.search(text) else "ratio")
    is_named = bool(_RATIO.search(text)) and _AND.match(between)
    return (
        Slots(first, second, over, "times" if _TIMES.search(text) else "ratio")
        if is_named or _TIMES.search(text)
        else None
    )


def _own_assets(reading: Reading, found: Sequence[tuple[str, int, int]]) -> tuple[int, int] | None:
    """The places of two assets that have one figure each: "ETH's market cap to BTC's volume"."""
    if len(reading.found.assets) != 2 or len(found) != 2:
        return None
    marks = sorted([(one[1], "figure") for one in found] + [(asset.start, "asset") for asset in reading.found.assets])
    return (0, 1) if [kind for _, kind in marks] in (["asset", "figure"] * 2, ["figure", "asset"] * 2) else None


def _of_two_assets(text: str, name: str) -> Slots | None:
    if not name or (name == "price" and not (_TIMES.search(text) or _HOW_MUCH.search(text))):
        return None
    if _FIT.search(text) and re.search(r"\bhow many\b", text):
        return Slots(name, name, (1, 0), "times")
    share = _SHARE.search(text)
    if share is not None:
        return Slots(name, name, (1, 0) if text.find("_") > share.start() else (0, 1), "share")
    if _TIMES.search(text) or _HOW_MUCH.search(text):
        return Slots(
            name, name, (0, 1), "smaller" if _SMALLER.search(text) else "larger" if _LARGER.search(text) else "times"
        )
    is_pair = _RATIO.search(text) or re.search(r"_ ?(?:'s )?/ ?_", text)
    return Slots(name, name, (0, 1)) if is_pair and name != "price" else None
