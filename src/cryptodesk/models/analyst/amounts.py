"""Numbers, sums of money and arithmetic as people write them."""

# ruff: noqa: E501 - a phrase table reads better with one entry a line

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

from cryptodesk.core.patterns import Pattern
from cryptodesk.models.analyst.questions import Amount

__all__ = ["CURRENCIES", "find_amounts", "find_currency", "find_formula", "find_phrase"]

# Words and signs for the currencies a figure may be asked in.
CURRENCIES = {
    "usd": "USD", "$": "USD", "us$": "USD", "dollar": "USD", "dollars": "USD", "buck": "USD", "bucks": "USD",
    "eur": "EUR", "€": "EUR", "euro": "EUR", "euros": "EUR",
    "gbp": "GBP", "£": "GBP", "pound": "GBP", "pounds": "GBP", "sterling": "GBP", "quid": "GBP",
    "jpy": "JPY", "¥": "JPY", "yen": "JPY", "cny": "CNY", "yuan": "CNY", "rmb": "CNY", "renminbi": "CNY",
    "chf": "CHF", "franc": "CHF", "francs": "CHF", "cad": "CAD", "aud": "AUD", "nzd": "NZD", "sgd": "SGD", "hkd": "HKD",
    "inr": "INR", "rupee": "INR", "rupees": "INR", "₹": "INR", "krw": "KRW", "₩": "KRW", "brl": "BRL", "reais": "BRL",
    "mxn": "MXN", "try": "TRY", "₺": "TRY", "rub": "RUB", "₽": "RUB", "zar": "ZAR", "sek": "SEK", "nok": "NOK", "dkk": "DKK",
    "pln": "PLN", "aed": "AED", "ngn": "NGN", "idr": "IDR", "thb": "THB", "vnd": "VND", "php": "PHP", "uah": "UAH",
}  # fmt: skip
_NOT_AS_TARGET = {"try", "$", "€", "£", "¥", "₹", "₩", "₺", "₽", "us$", "pound", "pounds"}

_SCALES = {"k": 3, "thousand": 3, "grand": 3, "m": 6, "mn": 6, "mil": 6, "million": 6, "b": 9, "bn": 9, "billion": 9,
           "t": 12, "tn": 12, "trillion": 12}  # fmt: skip
_ONES = {"a": 1, "an": 1, "one": 1, "two": 2, "a couple": 2, "a couple of": 2, "couple": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
         "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50,
         "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}  # fmt: skip
_POWERS = {"hundred": 100, "thousand": 1000, "grand": 1000, "million": 10**6, "billion": 10**9}
_TENS = "|".join(word for word, value in _ONES.items() if 20 <= value <= 90)
_ONE = "|".join(sorted((word for word in _ONES if word not in _TENS.split("|")), key=len, reverse=True))
# "two hundred", "twenty-five thousand", "a couple hundred", "one hundred and fifty"; "a" counts only before a power.
_COUNTED = rf"(?:(?:{_TENS})(?:[ -](?:one|two|three|four|five|six|seven|eight|nine))?|{_ONE})"
_POWER = "hundred thousand|" + "|".join(_POWERS)
_SPELLED = rf"half a (?:{_POWER})|{_COUNTED} (?:{_POWER})(?: (?:and )?{_COUNTED}(?: (?:{_POWER}))?)*"
_SINGLE = (
    rf"half a dozen(?: of)?|(?:a |one )?dozen(?: of)?|(?:one|two|three|four|five|six|seven|eight|nine|ten) and a (?:half|quarter)|half an?|half|(?:a |one )?quarter(?: of)? an?|three quarters of an?|(?:a |one )?tenth of an?|(?:a |one )?third of an?|(?:{_TENS})[ -](?:one|two|three|four|five|six|seven|eight|nine)|"
    + "|".join(
        word
        for word in sorted(_ONES, key=len, reverse=True)
        if word not in {"a", "an", "couple", "a couple", "a couple of"}
    )
)

# "0,5" is a decimal comma: no thousands follow a lone zero.
_DIGITS = r"(?:0,\d+(?![\d,.])|\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:_\d+)*(?:\.\d+)?|\.\d+)(?:e[+-]?\d{1,3})?"
_SIGN = r"[$€£¥₹₩₺₽]"
_CODE = "|".join(sorted((re.escape(word) for word in CURRENCIES if word[0].isalpha()), key=len, reverse=True))
_AMOUNT = Pattern(
    rf"(?<![\w.])(?:(?P<before>us\$|{_SIGN})\s?)?(?:(?P<digits>{_DIGITS})|(?P<word>{_SPELLED}|{_SINGLE})\b)"
    rf"(?:\s?(?P<scale>thousand|grand|million|billion|trillion|mil|mn|bn|tn|[kmbt])(?![a-z]))?"
    rf"(?:\s?(?P<after>{_CODE}|{_SIGN}|%|percent\b|per cent\b)(?![a-z]))?"
)
_TARGET = Pattern(
    rf"\b(?:in|to|into|against|vs\.?|versus)\s+(?:the\s+)?(?:(?:us|american|japanese|british|canadian|australian|indian|swiss|turkish|korean|chinese|brazilian|russian|mexican)\s+)?(?P<code>{_CODE})(?![a-z])"
)

_WORD_CODE = "|".join(
    sorted((word for word in CURRENCIES if word.isalpha() and word not in {"try", "franc"}), key=len, reverse=True)
)
# "How many pounds sterling is 0.8 eth", "the euro price of BTC"; a sum that is spent is no target.
_COUNTED_IN = Pattern(
    rf"\bhow (?:many|much)(?: (?:us|british|swiss|canadian|australian|japanese|indian))? (?P<first>{_WORD_CODE})(?![a-z])"
    rf"|(?<![\d,.kmb] )(?<![\d$])\b(?P<second>{_WORD_CODE}) (?:price|value|rate|equivalent|terms|amount|quote)(?![a-z])"
)

_SHARES = {"three quarter": Decimal("0.75"), "quarter": Decimal("0.25"), "tenth": Decimal("0.1"),
           "third": Decimal(1) / 3}  # fmt: skip
_COUPLE = Pattern(r"(?:a )?couple(?: of)?")


def find_amounts(lowered: str) -> tuple[Amount, ...]:
    """Every number of the text, oldest position first, with its currency or percent sign."""
    return tuple(_amount(match) for match in _AMOUNT.finditer(lowered))


def _amount(match: re.Match[str]) -> Amount:
    digits = match["digits"]
    value = _number(digits) if digits else _spelled(match["word"])
    scaled = value.scaleb(_SCALES[match["scale"]]) if match["scale"] else value
    mark = match["before"] or match["after"] or ""
    unit = "%" if mark in {"%", "percent", "per cent"} else CURRENCIES.get(mark, "")
    if not unit and "grand" in match.group():  # said of money alone
        unit = "USD"
    if _MINUS.search(match.string, 0, match.start()):
        scaled = -scaled
    return Amount(scaled, unit, match.start(), match.end())


def _number(digits: str) -> Decimal:
    text = digits.replace(",", ".") if digits.startswith("0,") else digits.replace(",", "")
    return Decimal(text.replace("_", ""))


# A sign, not the dash of a range or of a name: nothing stands right before it.
_MINUS = Pattern(r"(?:^|[a-z,:] )-$")


def _spelled(words: str) -> Decimal:
    """The value of a number in words: each power multiplies what was said before it and is smaller than it."""
    if "dozen" in words:
        return Decimal(6 if words.startswith("half") else 12)
    if " and a " in words and words.endswith(("half", "quarter")):
        return _ONES[words.split(maxsplit=1)[0]] + Decimal("0.5" if words.endswith("half") else "0.25")
    share = next((value for word, value in _SHARES.items() if word in words), None)
    if share is not None:
        return share
    if words.startswith("half"):
        return Decimal(_POWERS.get(words.rsplit(" ", 1)[-1], 1)) / 2
    total, group = 0, 0
    for word in _COUPLE.sub("two", words.replace("-", " ")).split():
        if word in _POWERS:
            power = _POWERS[word]
            group = max(group, 1) * power
            if power > 100:
                total, group = total + group, 0
        elif word not in {"and", "a", "an"} or not group:
            group += _ONES.get(word, 0)
    return Decimal(total + group)


def find_currency(lowered: str) -> str | None:
    """The currency figures are asked in ("in euros"); None if none is named."""
    for match in _TARGET.finditer(lowered):
        if match["code"] not in _NOT_AS_TARGET or match["code"] in {"pounds", "pound"}:
            return CURRENCIES[match["code"]]
    counted = _COUNTED_IN.search(lowered)
    return CURRENCIES[counted["first"] or counted["second"]] if counted else None


_N = rf"\(?(?:us\$|{_SIGN})?\s?(-?{_DIGITS}(?:\s?(?:k|thousand|million|billion|trillion|mn|bn|tn|m|b)(?![a-z]))?)\s?(?:usd|dollars)?\)?"
_P = rf"({_DIGITS})\s?(?:%|percent|per cent)"


def _plain(text: str) -> str:
    """A number of the question as the calculator reads it: without commas, scale words written out."""
    match = re.fullmatch(rf"(-?)({_DIGITS})\s?([a-z]*)", text.strip())
    if match is None:
        return text
    value = _number(match[2]).scaleb(_SCALES.get(match[3], 0))
    figure = format(value, "f") if abs(value.adjusted()) < 40 else str(value)
    return f"{match[1]}{figure}"


def _template(form: str) -> Callable[[re.Match[str]], str]:
    return lambda match: form.format(*(_plain(group) for group in match.groups() if group is not None))


_PHRASES: tuple[tuple[Pattern, Callable[[re.Match[str]], str]], ...] = tuple(
    (Pattern(pattern), write)
    for pattern, write in (
        (rf"(?<![\d/])(\d{{1,4}})/(\d{{1,4}}) (?:of|times|from) {_N}", _template("{0}/{1}*{2}")),
        (
            rf"(?:how many|what|by how many|how much) (?:percent(?:age)?|per cent|%) (?:is {_N} )(?:more|higher|larger|less|lower|smaller|above|below) (?:than )?{_N}",
            _template("({0}-{1})/{1}*100"),
        ),
        (rf"{_P} (?:of|off of|from) {_N}", _template("{1}*{0}/100")),
        (rf"{_P} (?:off|discount on|less than) {_N}", _template("{1}*(1-{0}/100)")),
        (rf"{_P} (?:more than|above|on top of) {_N}", _template("{1}*(1+{0}/100)")),
        (
            rf"(?:what|which) (?:percent(?:age)?|per cent|%|share|fraction) of {_N} (?:is|are|makes?) {_N}",
            _template("{1}/{0}*100"),
        ),
        (
            rf"(?:what|which) (?:percent(?:age)?|per cent|%|share|fraction) is {_N} (?:out )?of {_N}",
            _template("{0}/{1}*100"),
        ),
        (
            rf"(?:how (?:much|big)|what) (?:is|'s) {_N} as a (?:percent(?:age)?|%|share) of {_N}",
            _template("{0}/{1}*100"),
        ),
        (
            rf"{_N} (?:is|as|are) (?:what|which|a) (?:percent(?:age)?|per cent|%|share|fraction) of {_N}",
            _template("{0}/{1}*100"),
        ),
        (
            rf"(?:percent(?:age)?|per cent|%)[ -]?(?:change|increase|decrease|difference|gain|loss|growth|return|drop|rise|move)?.{{0,30}}?"
            rf"\b(?:from|between) {_N},? (?:to|and) {_N}",
            _template("({1}-{0})/{0}*100"),
        ),
        (
            rf"\b(?:change|increase|decrease|gain|loss|growth|return|drop|rise|went|goes|go|up|down|grew|fell|rose|dropped)\b.{{0,20}}?\bfrom {_N},? to {_N}"
            rf".{{0,30}}(?:percent|%|per cent)",
            _template("({1}-{0})/{0}*100"),
        ),
        (
            rf"(?:cagr|compound annual growth(?: rate)?) (?:from|of|between) {_N} (?:to|and) {_N} (?:over|in|after) (\d+(?:\.\d+)?) years?",
            _template("cagr({0},{1},{2})"),
        ),
        (rf"\bdivid(?:e|ing) {_N} (?:by|with|over|into|in) {_N}", _template("{0}/{1}")),
        (rf"\bsplit(?:ting)? {_N} (?:by|into|in|between|among) {_N}(?! ?%)", _template("{0}/{1}")),
        (rf"\bmultipl(?:y|ying) {_N} (?:by|with|and|times) {_N}", _template("{0}*{1}")),
        (rf"\b(?:subtract(?:ing)?|deduct(?:ing)?|take) {_N} (?:away )?from {_N}", _template("{1}-{0}")),
        (rf"\badd(?:ing)? {_N} (?:and|to|plus|with) {_N}", _template("{0}+{1}")),
        (rf"\b(log10|log|ln) ?(?:of|\() ?{_N}", _template("{0}({1})")),
        (rf"(?:increase|raise|grow|add {_P} to) {_N} by {_P}", _template("{0}*(1+{1}/100)")),
        (rf"(?:decrease|reduce|cut|lower|discount) {_N} by {_P}", _template("{0}*(1-{1}/100)")),
        (rf"add {_P} to {_N}", _template("{1}*(1+{0}/100)")),
        (rf"{_N} (?:plus|\+) {_P}", _template("{0}*(1+{1}/100)")),
        (rf"{_N} (?:minus|less|-) {_P}", _template("{0}*(1-{1}/100)")),
        (rf"(?:square root|sqrt)(?: of)? {_N}", _template("sqrt({0})")),
        (rf"{_N} squared", _template("{0}^2")),
        (rf"{_N} (?:cubed)", _template("{0}^3")),
        (rf"(?:half|one half) of {_N}", _template("{0}/2")),
        (rf"(?:double|twice) {_N}", _template("{0}*2")),
        (rf"(?:difference|spread) between {_N} and {_N}", _template("{1}-{0}")),
        (
            rf"(?:average|mean)(?: of)? ((?:{_DIGITS}(?:,? and |, | ))+{_DIGITS})",
            lambda match: f"avg({_listed(match[1])})",
        ),
        (
            rf"(?:sum|total)(?: of)? ((?:{_DIGITS}(?:,? and |, | ))+{_DIGITS})",
            lambda match: f"sum({_listed(match[1])})",
        ),
    )
)

_WORD_OPERATORS = tuple(
    (Pattern(pattern), sign)
    for pattern, sign in (
        (r"\bmultiplied by\b|\btimes\b", "*"), (r"\bdivided by\b|\bover(?= [\d(])", "/"), (r"\bplus\b", "+"), (r"\bminus\b", "-"),
        (r"\bto the power of\b|\braised to\b", "^"), (r"×|(?<=[1-9]) ?x ?(?=\d)|(?<=\d\d)x(?=\d)|(?<=0) x (?=\d)", "*"), (r"÷", "/"), (r"−|–", "-"), (r"(?<=[\d)])\s*=\s*\??\s*$", ""),
    )
)  # fmt: skip
_ZERO = Pattern(r"\bzero\b(?!-)")
_FUNCTIONS = "pct_change|cagr|sqrt|log10|log|ln|exp|abs|min|max|sum|avg|round|floor|ceil"
_FORMULA = Pattern(
    rf"(?:(?:{_FUNCTIONS})\s?\(|{_DIGITS}(?:\s?(?:k|million|billion|trillion|mn|bn)(?![a-z]))?|\bpi\b|[-+*/^%(),\s]|(?:us)?{_SIGN})+"
)
_MOST_CHARACTERS = 500


def _listed(text: str) -> str:
    return ",".join(number.replace(",", "") for number in re.findall(_DIGITS, text))


def find_phrase(lowered: str) -> str | None:
    """The arithmetic of a phrase ("15% of 2300"), as `cmc_math_eval` reads it; None if no phrase fits."""
    text = _ZERO.sub("0", lowered)
    for pattern, write in _PHRASES:
        match = pattern.search(text)
        if match:
            return write(match)[:_MOST_CHARACTERS]
    return None


def find_formula(lowered: str) -> str | None:
    """The longest formula of the text, words for signs included ("2 plus 2"); None if there is none."""
    text = _ZERO.sub("0", lowered)
    for pattern, sign in _WORD_OPERATORS:
        text = pattern.sub(sign, text)
    candidates = [_cleaned(match.group()) for match in _FORMULA.finditer(text[:4000])]
    formulas = [candidate for candidate in candidates if _is_formula(candidate)]
    return max(formulas, key=len) if formulas else None


def _cleaned(candidate: str) -> str:
    text = re.sub(rf"us\$|{_SIGN}", "", candidate).strip(" ,\t\n+*/^")
    text = re.sub(
        r"(?<=\d),(?=\d{3}(?!\d))" if "(" not in text or not re.search(_FUNCTIONS, text) else r"(?!)", "", text
    )
    text = re.sub(
        rf"({_DIGITS})\s?(k|million|billion|trillion|mn|bn)(?![a-z])", lambda match: _plain(match.group()), text
    )
    text = re.sub(r"\s+", "", text)
    return text.rstrip("-,").lstrip("),")


def _is_formula(candidate: str) -> bool:
    if len(candidate) > _MOST_CHARACTERS or candidate.count("(") != candidate.count(")"):
        return False
    is_call = re.match(rf"(?:{_FUNCTIONS})\(", candidate) is not None
    has_operator = re.search(r"[\d)%][-+*/^%]\(*-?[\d.(a-z]", candidate) is not None
    is_date = re.fullmatch(r"\d{4}-\d\d?-\d\d?|\d\d?/\d\d?/\d{2,4}|\d{4}[-/]\d{4}", candidate) is not None
    return (is_call or has_operator) and not is_date
