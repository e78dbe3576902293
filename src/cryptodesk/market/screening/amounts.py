"""Numbers as people write them: scales, separators, signs, currencies, percent signs and spans of time.

What can be read in two ways is read in one and says so in `note`; what cannot be read says why in `problem`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from decimal import Decimal

from msgspec import Struct

from cryptodesk.core.patterns import Pattern

__all__ = ["Amount", "plain_number", "read_amount"]

# Spelled-out scales, and those that are letters; the exponent of ten.
_SCALES = {
    "k": 3, "thousand": 3, "thousands": 3, "grand": 3, "lakh": 5, "lakhs": 5, "lac": 5,
    "m": 6, "mm": 6, "mn": 6, "mio": 6, "mil": 6, "mln": 6, "million": 6, "millions": 6, "crore": 7, "crores": 7,
    "b": 9, "bn": 9, "bln": 9, "bil": 9, "billion": 9, "billions": 9,
    "t": 12, "tn": 12, "trn": 12, "trillion": 12, "trillions": 12, "hundred": 2,
}  # fmt: skip
_DAYS = {
    "min": 1 / 1440, "mins": 1 / 1440, "minute": 1 / 1440, "minutes": 1 / 1440,
    "h": 1 / 24, "hr": 1 / 24, "hrs": 1 / 24, "hour": 1 / 24, "hours": 1 / 24, "d": 1, "day": 1, "days": 1,
    "w": 7, "wk": 7, "wks": 7, "week": 7, "weeks": 7, "mo": 30, "mos": 30, "mth": 30, "mths": 30, "month": 30,
    "months": 30, "quarter": 90, "quarters": 90, "y": 365, "yr": 365, "yrs": 365, "year": 365, "years": 365,
}  # fmt: skip
_DOLLARS = {"$", "us$", "usd", "usdt", "usdc", "dollar", "dollars", "buck", "bucks"}
_CENTS = {"¢", "cent", "cents", "penny", "pennies"}
_FOREIGN = {
    "€": "EUR", "eur": "EUR", "euro": "EUR", "euros": "EUR", "£": "GBP", "gbp": "GBP", "pound": "GBP", "pounds": "GBP",
    "¥": "JPY", "jpy": "JPY", "yen": "JPY", "cny": "CNY", "rmb": "CNY", "yuan": "CNY", "₹": "INR", "inr": "INR",
    "rupee": "INR", "rupees": "INR", "₩": "KRW", "krw": "KRW", "chf": "CHF", "francs": "CHF", "cad": "CAD",
    "aud": "AUD", "brl": "BRL", "₽": "RUB", "rub": "RUB", "₺": "TRY", "₿": "BTC", "btc": "BTC", "sats": "sats",
    "satoshi": "sats", "satoshis": "sats", "eth": "ETH", "gwei": "gwei", "sol": "SOL", "bnb": "BNB",
}  # fmt: skip
_PERCENT = {"%", "percent", "pct", "per cent", "percentage points", "percentage point", "pp"}
_BASIS_POINTS = {"bp", "bps", "basis points", "basis point"}
_WORDS: dict[str, int | Decimal] = {
    "half a": Decimal("0.5"), "half an": Decimal("0.5"), "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4,
    "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "fifteen": 15,
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip


def _any(words: Iterable[str]) -> str:
    return "|".join(sorted(sorted(re.escape(word) for word in words), key=len, reverse=True))


_LONG_SCALES = [word for word in _SCALES if len(word) > 3]
_LONG_UNITS = [word for word in _DAYS if len(word) > 3]
_NAMED_UNITS = [*_LONG_UNITS, *(_PERCENT - {"%", "pp"}), *(word for word in _DOLLARS | _CENTS if len(word) > 3)]
_NAMED_CURRENCIES = [word for word in (*_DOLLARS, *_CENTS, *_FOREIGN) if word.isalpha()]
_ASSET_NOUN = (
    r"(?! (?:tokens?|coins?|chain|network|ecosystem|memes?|memecoins?|defi|ai|gaming|projects?|gainers|losers|pairs?))"
)
_SIGNED_CURRENCY = r"us\$|[a-z]{1,2}\$|[$€£¥₹₩₽₺₿]"

# A run of digits with whatever may stand between digits; its form is judged afterwards.
_RAW = r"\d{1,3}(?: \d{3})+(?!\d)(?:[.,]\d+(?!\d))?|\.\d[\d_]*|\d(?:[\d_]|[.,'’](?=\d))*"
_NUMBER = Pattern(
    rf"(?P<sign>[+\-±])?(?:(?P<before>{_SIGNED_CURRENCY}|(?:usd|eur|gbp)(?= ?[\d.])) ?)?(?P<inner>[+-])?"
    rf"(?P<raw>{_RAW})(?P<exponent>e[+-]?\d{{1,4}}(?![\w.]))?(?P<letters>[^\W\d_]*)(?P<junk>[^\W_]*)"
)
_WORD_NUMBER = Pattern(
    rf"(?P<word>{_any(_WORDS)})(?= (?:{_any([*_LONG_SCALES, *_NAMED_UNITS])})\b| and a half\b)"
    rf"|(?P<lone>hundred|thousand|million|billion|trillion)(?=s? of\b)"
)
_COUNT_WORD = Pattern(rf"(?<=[a-z] )(?P<word>{_any([word for word in _WORDS if word not in {'a', 'an'}])})\b")
_LEADS_COUNT = Pattern(r"(?:than|least|most|top|under|over|below|above) $")
_HALF = Pattern(r" and a half\b")
_SCALE_AFTER = Pattern(rf" ?(?P<scale>{_any(_SCALES)})(?![\w])")
_UNIT_AFTER = Pattern(
    rf" ?(?P<unit>{_any(_PERCENT | _BASIS_POINTS)})(?!\w)| ?(?P<symbol>[$€£¥₹₩₽₺₿¢])"
    rf"| (?:us )?(?P<currency>{_any(_NAMED_CURRENCIES)})(?!\w){_ASSET_NOUN}"
    rf"| (?P<time>{_any(_DAYS)})(?!\w)| ?(?P<times>x|times)(?!\w)"
)
_UNREADABLE = Pattern(r"0x[0-9a-f]+|\d[\d.,]*(?: ?(?:\^|\*\*) ?\d+|/\d[\d/]*|\.{2,}\d+)")
_OPEN = Pattern(r" ?\+(?![\d.$])")


class Amount(Struct, frozen=True):
    """`value` is scaled and signed ("-1.5m" is -1500000.0); `unit` is "", "%", "x", "USD" or another currency;
    `days` is set, and `value` is not meant, where it is a span of time. `start` and `end` are its place in the text."""

    start: int
    end: int
    value: float = 0.0
    unit: str = ""
    days: float | None = None
    scale: int = 0
    sign: str = ""
    is_open: bool = False
    has_letter_m: bool = False
    note: str | None = None
    problem: str | None = None


def plain_number(value: float) -> int | float:
    """A whole number without its decimal point, for echoing what was understood."""
    value = float(value)
    return int(value) if value.is_integer() and abs(value) < 1e18 else value


def read_amount(text: str, at: int = 0, *, may_be_signed: bool = True) -> Amount | None:
    """The amount that begins at a place of a lower-case text; None if none does."""
    unreadable = _UNREADABLE.match(text, at)
    if unreadable:
        return _problem(text, at, _word_end(text, unreadable.end()), "cannot be read as one number")
    number = _NUMBER.match(text, at)
    if number and (may_be_signed or not number["sign"]):
        return _read_digits(text, number)
    if at and text[at - 1].isalnum():
        return None
    word = _WORD_NUMBER.match(text, at)
    if not word and _LEADS_COUNT.search(text, max(0, at - 8), at):
        word = _COUNT_WORD.match(text, at)
    return _read_word(text, word) if word else None


def _read_word(text: str, match: re.Match[str]) -> Amount:
    groups = match.groupdict()
    value = Decimal(_WORDS[groups["word"]]) if groups["word"] else Decimal(1).scaleb(_SCALES[groups["lone"]])
    end = match.end()
    half = _HALF.match(text, end)
    if half:
        value, end = value + Decimal("0.5"), half.end()
    return _finish(text, match.start(), end, _Digits(value, ""), "")


def _read_digits(text: str, match: re.Match[str]) -> Amount:
    start, end, letters = match.start(), match.end("letters"), match["letters"]
    raw, time_like = match["raw"], letters in _DAYS
    if time_like and re.fullmatch(r"\d+,\d{1,2}", raw):
        # "rank<100,7d change": the comma ends a clause.
        cut = match.start("raw") + raw.index(",")
        return _finish(
            text, start, cut, _Digits(Decimal(raw[: raw.index(",")]), match["sign"] or ""), match["before"] or ""
        )
    value, note = _value_of(raw)
    is_superscript = end < len(text) and (text[end] in "‰‱" or unicodedata.category(text[end]) == "No")
    known = (
        not letters
        or letters in _SCALES
        or time_like
        or letters in {"x", "st", "nd", "rd", "th", *_DOLLARS, *_FOREIGN, *_CENTS, *_PERCENT, *_BASIS_POINTS}
    )
    if value is None or not known or match["junk"] or is_superscript or (match["sign"] and match["inner"]):
        return _problem(text, start, _word_end(text, end), "cannot be read as one number")
    if match["exponent"]:
        value = value.scaleb(int(match["exponent"][1:]))
    sign = match["sign"] or match["inner"] or ""
    return _finish(text, start, match.start("letters"), _Digits(value, sign, note), match["before"] or "", letters)


class _Digits(Struct, frozen=True):
    value: Decimal
    sign: str
    note: str | None = None


def _finish(text: str, start: int, end: int, digits: _Digits, before: str, letters: str = "") -> Amount:
    """Reads what follows the digits: scale, unit, an open end."""
    value, scale, unit, days = digits.value, 0, _currency(before), None
    has_letter_m = letters == "m"
    followed = _SCALE_AFTER.match(text, end) if not letters or letters in _SCALES else None
    if followed:
        scale, end = _SCALES[followed["scale"]], followed.end()
    elif letters:
        end += len(letters)
        value, unit, days = _with_letters(value, unit, letters)
    after = _UNIT_AFTER.match(text, end) if days is None and (not letters or followed) else None
    # "$5 min volume": an amount of money is no span of time.
    if after and not (after["time"] and (scale or unit)):
        end = after.end()
        value, unit, days = _with_unit(value, unit, after)
    opened = _OPEN.match(text, end)
    late = _UNIT_AFTER.match(text, opened.end()) if opened and not unit and days is None else None
    if late and not (late["time"] and scale):
        # "2+ years"
        value, unit, days = _with_unit(value, unit, late)
    number = float(value.scaleb(scale)) if value.adjusted() + scale < 308 else float("inf")
    if number == float("inf"):
        return _problem(text, start, end, "is too large a number")
    return Amount(
        start,
        late.end() if late else opened.end() if opened else end,
        -number if digits.sign == "-" else number,
        unit,
        None if days is None else float(days) * float(value),
        scale,
        digits.sign,
        opened is not None,
        has_letter_m,
        digits.note and f"{text[start:end].strip()!r} was read as {digits.note}",
    )


def _with_letters(value: Decimal, unit: str, letters: str) -> tuple[Decimal, str, float | None]:
    if letters in _DAYS:
        return value, unit, _DAYS[letters]
    if letters in {"st", "nd", "rd", "th"}:
        return value, unit, None
    return (*_in_unit(value, unit, letters), None)


def _with_unit(value: Decimal, unit: str, match: re.Match[str]) -> tuple[Decimal, str, float | None]:
    if match["time"]:
        return value, unit, _DAYS[match["time"]]
    return (*_in_unit(value, unit, match["unit"] or match["symbol"] or match["currency"] or "x"), None)


def _in_unit(value: Decimal, unit: str, name: str) -> tuple[Decimal, str]:
    if name in _BASIS_POINTS:
        return value / 100, "%"
    if name in _CENTS:
        return value / 100, "USD"
    return value, _currency(name) or ("%" if name in _PERCENT else "x")


def _currency(sign: str) -> str:
    if not sign or sign in _DOLLARS:
        return "USD" if sign else ""
    return _FOREIGN.get(sign, sign.upper() if sign.endswith("$") else "")


# Forms of digits with separators, what to remove, and whether another reading was possible.
_FORMS: tuple[tuple[Pattern, str, bool], ...] = (
    (Pattern(r"\d+(?:_\d+)*"), "_", False),
    (Pattern(r"[1-9]\d{0,2}\.\d\d0"), "", True),
    (Pattern(r"(?:\d+(?:_\d+)*)?\.\d[\d_]*"), "_", False),
    (Pattern(r"[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?"), ",", False),
    (Pattern(r"[1-9]\d{0,2}(?:['’]\d{3})+(?:\.\d+)?"), "'’", False),
    (Pattern(r"[1-9]\d{0,2}(?: \d{3})+(?:\.\d+)?"), " ", True),
    (Pattern(r"[1-9]\d{0,2}(?: \d{3})+,\d+"), " ", True),
    (Pattern(r"[1-9]\d{0,2}(?:\.\d{3}){2,}(?:,\d+)?|[1-9]\d{0,2}\.\d{3},\d+"), ".", True),
    (Pattern(r"[1-9]\d?(?:,\d{2})+,\d{3}(?:\.\d+)?"), ",", True),
    (Pattern(r"\d+,(?:\d{1,2}|\d{4,})|0,\d+"), "", True),
)


def _value_of(raw: str) -> tuple[Decimal | None, str | None]:
    """The number, and how it was read where another reading was possible; None if it has no known form."""
    for form, separators, is_ambiguous in _FORMS:
        if form.fullmatch(raw):
            cleaned = raw.translate({ord(separator): None for separator in separators}).replace(",", ".")
            value = Decimal(cleaned)
            return value, f"{plain_number(float(value))}" if is_ambiguous else None
    return None, None


def _word_end(text: str, at: int) -> int:
    while at < len(text) and (text[at].isalnum() or unicodedata.category(text[at]) == "No"):
        at += 1
    return at


def _problem(text: str, start: int, end: int, why: str) -> Amount:
    return Amount(start, end, problem=f"{text[start:end]!r} {why}")
