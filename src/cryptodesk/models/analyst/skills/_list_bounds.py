"""Conditions on figures in words: "market cap above 1B", "down more than 10% this week", "between $1 and $5"."""

# ruff: noqa: E501 - a phrase table reads better with one entry a line

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from msgspec import Struct

from cryptodesk.core.patterns import Pattern
from cryptodesk.models.analyst.skills._lists import NUMBER_WORDS, spoken_window

__all__ = ["Bound", "Clash", "as_filters", "digits", "find_bounds", "find_clash", "floor_of", "take_unknown"]


class Bound(Struct, frozen=True):
    """One condition. `field` is the screener's name; percent fields are in percent points, money in dollars."""

    field: str
    op: str
    value: float


class Clash(Struct, frozen=True):
    """Two conditions that nothing can meet."""

    low: Bound
    high: Bound

    @property
    def turned(self) -> tuple[Bound, Bound]:
        """What may have been meant: the same two figures as the ends of a range."""
        return Bound(self.low.field, "gte", self.high.value), Bound(self.low.field, "lte", self.low.value)


_SCALES = {"k": 1e3, "thousand": 1e3, "m": 1e6, "mn": 1e6, "mil": 1e6, "mm": 1e6, "million": 1e6, "b": 1e9, "bn": 1e9, "bil": 1e9, "billion": 1e9,
           "t": 1e12, "tn": 1e12, "trillion": 1e12}  # fmt: skip
_OPS = (
    ("gte", r"at least|no less than|not less than|minimum(?: of)?|min\.?|>=|≥|starting at|upwards? of"),
    ("lte", r"at most|no more than|not more than|maximum(?: of)?|max\.?|up to|<=|≤"),
    ("gt", r"more than|greater than|higher than|larger than|bigger than|above|over|exceed(?:s|ing)?|beyond|north of|in excess of|>"),
    ("lt", r"less than|lower than|smaller than|fewer than|cheaper than|below|under|beneath|sub|<"),
)  # fmt: skip
_COMPARE = "|".join(rf"(?P<{op}>{words})" for op, words in _OPS)
_NUMBER = (
    r"(?:us)?\$? ?(?P<{0}digits>-?\d[\d,]*(?:\.\d+)?|-?\.\d+) ?(?P<{0}scale>thousand|million|billion|trillion|bil|mil|mn|mm|bn|tn|[kmbt])?(?![a-z])"
    r"(?: ?(?P<{0}unit>%|percent\b|per cent\b|pct\b|cents?\b|¢|usd\b|dollars?\b|bucks?\b))?"
)
_ONE_SIDED = Pattern(rf"(?:{_COMPARE}) ?(?:about |around |than )?{_NUMBER.format('a')}")
_RANGE = Pattern(rf"\b(?:between|from|of)? ?{_NUMBER.format('a')} ?(?:and|to|-|–) ?{_NUMBER.format('b')}")
_AFTER = Pattern(
    rf"{_NUMBER.format('a')} ?(?P<side>or (?:more|higher|above|greater|over)|or (?:less|lower|below|under|cheaper)|\+)"
)
_BARE_MOVE = Pattern(
    rf"\b(?:up|down|fell|fallen|dropped|lost|gained|rose|risen|rallied|crashed|dumped|pumped) (?:by )?(?:about |around |roughly )?{_NUMBER.format('a')}"
)
_FIELDS = (
    ("fully_diluted_market_cap", r"fdv|fully[- ]diluted(?: market cap| valuation| value)?|diluted (?:market cap|valuation)"),
    ("market_cap", r"m(?:ar)?k(?:e?t)?[- ]?caps?|market capitali[sz]ations?|marketcaps?|mcaps?|m\.?c\.?|capitali[sz]ations?|valuations?|valued|caps?"),
    ("volume_24h", r"volumes?|vols?|traded|turnover|trad(?:ing|es)(?= (?:over|above|more|at least|under|less|below|upwards?|between)\b)"),
    ("tvl", r"tvl|total value locked"),
    ("liquidity", r"liquidity|liq"),
    ("circulating_supply", r"(?:circulating )?supply"),
    ("market_cap_dominance", r"dominance|market share"),
    ("rank", r"ranks?|ranked"),
    ("num_market_pairs", r"(?:market|trading) pairs|pairs|markets"),
    ("price", r"prices?d?|cost(?:s|ing)?|trading at|worth"),
    ("age_days", r"days old"),
    ("change", r"up|down|gain(?:s|ed|ing)?|los[es]s?(?:es)?|lost|losing|fell|fallen|fall(?:s|ing)?|drop(?:s|ped|ping)?|rose|risen|ris(?:e|ing)|declined?|changes?|moved?|returns?|pump(?:ed|ing)?|dump(?:ed|ing)?|dipp?(?:ed|ing)?|crash(?:ed|ing)?|rall(?:y|ied)|increased?|decreased?|grew|grown|growth|performance|(?:1|24) ?h|(?:7|30|60|90) ?d(?:ays?)?"),
)  # fmt: skip
_FIELD = Pattern("|".join(rf"(?P<{name}>(?<![\w-])(?:{words})(?![\w-]))" for name, words in _FIELDS))
_DOWN = Pattern(
    r"\b(?:down|fell|fallen|fall(?:s|ing)?|drop\w*|los[est]\w*|losing|declin\w+|decreas\w+|dump\w*|dipp?\w*|crash\w*)\b"
)
_BREAK = Pattern(r"[,;]|\b(?:and|but|with|while|that|which|plus)\b")
_LEFT, _RIGHT = 44, 30
_JOINT = Pattern(r"[\w%$] ?(?:and|to|-|–) ?\$?\.?\d")
_HAS_DIGIT = Pattern(r"\d")
_PERCENT = frozenset({"%", "percent", "per cent", "pct"})
_LESS = Pattern(r"less|lower|below|under|cheaper")
_FROM_PEAK = Pattern(r" ?(?:off|from|below|of|under) (?:(?:its|their|the|an?) )?(?:ath|all[- ]time|peaks?|highs?)")
_WORTH = Pattern(r"\b(?:worth|priced|valued)\b")
_TURNED = {"gt": "lt", "gte": "lte", "lt": "gt", "lte": "gte"}

_UNKNOWN = (
    r"holders?|users?|wallets?|addresses|developers?|devs|commits|followers|transactions|txs?|validators|nodes|employees|contributors|investors"
    r"|searches|mentions|visits|stars|swaps"
)
_UNKNOWN_WORD = Pattern(rf"\b(?:{_UNKNOWN})\b")
_UNSCREENED = Pattern(
    rf"(?:(?:,|\band\b|\bwith\b|\bhaving\b) )?(?:(?:{_COMPARE.replace('(?P<', '(?P<u')}) )?{_NUMBER.format('a')} (?:unique |active |daily |github )*(?:{_UNKNOWN})\b"
    rf"|(?:(?:,|\band\b|\bwith\b|\bhaving\b) )?\b(?:{_UNKNOWN})(?: count)? (?:is |are )?(?:{_COMPARE.replace('(?P<', '(?P<v')}) ?{_NUMBER.format('b')}"
)

_UNITS = "|".join(word for word, value in NUMBER_WORDS.items() if value < 20 and " " not in word and word != "dozen")
_TENS = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
_WORDS = Pattern(
    rf"\b(?:(?P<half>half a|half)(?= (?:thousand|million|billion|trillion)\b)|(?P<a>an?)(?= (?:hundred|thousand|million|billion|trillion|dollar|cent|percent)\b)"
    rf"|(?P<tens>{_TENS})(?:[ -](?P<unit>{_UNITS}))?|(?P<small>{_UNITS}))(?P<hundred> hundred)?\b"
    rf"|\b(?P<bare>hundred)\b"
)
_BY_HALF = Pattern(r"\b(?:by|lost) (?:a )?half\b(?: (?:of )?(?:its|their) value)?")


def digits(text: str) -> str:
    """The text with its numbers in figures: "ten billion" becomes "10 billion"."""
    return _WORDS.sub(_figure, _BY_HALF.sub("down more than 50%", text))


def _figure(match: re.Match[str]) -> str:
    if match["half"]:
        return "0.5"
    small = NUMBER_WORDS.get(match["small"] or "", 0) or (1 if match["a"] else 0)
    if (
        match["small"] == "one"
        and not match["hundred"]
        and not re.match(r" (?:\w+illion|thousand|dollar|cent|percent)\b", match.string[match.end() :])
    ):
        return match.group()
    value = NUMBER_WORDS.get(match["tens"] or "", 0) + NUMBER_WORDS.get(match["unit"] or "", 0) + small
    return str((value or 1) * (100 if match["hundred"] or match["bare"] else 1))


class _Hit(Struct, frozen=True):
    """Conditions and where they stand; a field "" is that of the condition before."""

    start: int
    end: int
    bounds: tuple[Bound, ...]


@lru_cache(maxsize=32)
def find_bounds(text: str, window: str | None = None) -> tuple[Bound, ...]:
    """The conditions of a text in figures, in order. `window` is that of a change which names none of its own."""
    found: dict[tuple[str, str], Bound] = {}
    last, reached = "", 0
    if not _HAS_DIGIT.search(text):
        return ()
    for hit in sorted(_hits(text, window), key=lambda one: (one.start, -one.end)):
        field = hit.bounds[0].field or last
        if hit.start >= reached and field:
            last, reached = field, hit.end
            found |= {(field, one.op): Bound(field, one.op, one.value) for one in hit.bounds}
    return tuple(found.values())


def _hits(text: str, window: str | None) -> Iterator[_Hit]:
    """The plain tests before the searches are for speed alone."""
    for match in _RANGE.finditer(text) if _JOINT.search(text) else ():
        field = _field(text, match, window)
        if field:
            values = (_value(match, "a", match["bscale"], match["bunit"]), _value(match, "b", None, match["aunit"]))
            low, high = _signed(text, match, field, ("gte", min(values)), ("lte", max(values)))
            yield _Hit(match.start(), match.end(), (low, high))
    for match in _ONE_SIDED.finditer(text):
        yield from _one_sided(text, match, next(op for op, _ in _OPS if match[op]), window)
    for match in _AFTER.finditer(text) if " or " in text or "+" in text else ():
        yield from _one_sided(text, match, "lte" if _LESS.search(match["side"]) else "gte", window)
    for match in _BARE_MOVE.finditer(text) if "%" in text or " per" in text or " pct" in text else ():
        if match["aunit"] in _PERCENT:
            yield from _one_sided(text, match, "gte", window)


def _one_sided(text: str, match: re.Match[str], op: str, window: str | None) -> Iterator[_Hit]:
    field = _field(text, match, window)
    if field is not None and not _FROM_PEAK.match(text, match.end()):
        (bound,) = _signed(text, match, field, (op, _value(match, "a")))
        yield _Hit(match.start(), match.end(), (bound,))


def _signed(text: str, match: re.Match[str], field: str, *sides: tuple[str, float]) -> list[Bound]:
    """ "Down more than 10%" is a change below -10."""
    is_fall = field.startswith("percent_change") and _DOWN.search(f"{_left(text, match.start())} {match.group()}")
    if not is_fall or any(value < 0 for _, value in sides):
        return [Bound(field, op, value) for op, value in sides]
    return [Bound(field, _TURNED[op], -value) for op, value in reversed(sides)]


def _value(match: re.Match[str], group: str, scale: str | None = None, unit: str | None = None) -> float:
    value = float(match[f"{group}digits"].replace(",", ""))
    said_unit = match[f"{group}unit"] or unit or ""
    scaled = value * _SCALES.get(match[f"{group}scale"] or scale or "", 1.0)
    return scaled / 100 if said_unit.startswith(("cent", "¢")) else scaled


def _left(text: str, start: int) -> str:
    """What stands before, back to the last comma or "and"."""
    before = text[max(0, start - _LEFT) : start]
    cut = [match.end() for match in _BREAK.finditer(before)]
    return before[cut[-1] :] if cut else before


def _field(text: str, match: re.Match[str], window: str | None) -> str | None:
    """The figure that the amount is of: the last named before it, else the first after it, else by its unit; "" for
    that of the condition before, None for one that is not read here."""
    units = [match[name] for name in ("aunit", "bunit") if name in match.re.groupindex and match[name]]
    left = f"{_left(text, match.start())} {match.group() if match.re is _BARE_MOVE.compiled else ''}"
    after = _BREAK.split(text[match.end() : match.end() + _RIGHT], maxsplit=1)[0]
    before = [hit.lastgroup for hit in _FIELD.finditer(left)]
    following = _FIELD.search(after)
    named = before[-1] if before else following.lastgroup if following else None
    if any(unit in _PERCENT for unit in units):
        is_other = named not in {None, "change"} and (before or named != "market_cap")
        return None if is_other else f"percent_change_{spoken_window(left + after, window or '24h')}"
    if named == "change":
        return "volume_24h" if "volume" in after else None
    if named is None and match.re is _RANGE.compiled:
        return "price" if units or "$" in match.group() else None
    if named == "price" and _WORTH.search(left) and match["ascale"] and match["ascale"] not in {"k", "thousand"}:
        return "market_cap"  # no coin is worth a million apiece
    return named or (
        "price" if units or ("$" in match.group() and not match["ascale"]) else "" if match["ascale"] else None
    )


def find_clash(bounds: Sequence[Bound]) -> Clash | None:
    """The first two conditions on one figure that exclude each other."""
    lows = [bound for bound in bounds if bound.op in {"gt", "gte"}]
    highs = [bound for bound in bounds if bound.op in {"lt", "lte"}]
    for low in lows:
        for high in highs:
            if low.field == high.field and (
                low.value > high.value or (low.value == high.value and "t" in {low.op[-1], high.op[-1]})
            ):
                return Clash(low, high)
    return None


def floor_of(bounds: Sequence[Bound], field: str) -> float | None:
    """The least value that is asked for."""
    return max((one.value for one in bounds if one.field == field and one.op in {"gt", "gte"}), default=None)


def as_filters(bounds: Sequence[Bound]) -> list[Mapping[str, Any]]:
    return [{"field": bound.field, "op": bound.op, "value": _plain(bound.value)} for bound in bounds]


def _plain(value: float) -> float | int:
    return int(value) if value == int(value) else value


def take_unknown(text: str) -> tuple[str, tuple[str, ...]]:
    """The text without conditions on figures that no list holds, and these: "more than 50k holders"."""
    if not (_HAS_DIGIT.search(text) and _UNKNOWN_WORD.search(text)):
        return text, ()
    parts = tuple(
        match.group().lstrip(", ").removeprefix("and ").removeprefix("with ").strip()
        for match in _UNSCREENED.finditer(text)
    )
    return " ".join(_UNSCREENED.sub(" ", text).split()), parts
