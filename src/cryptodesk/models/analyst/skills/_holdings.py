"""Holdings in words: how much of what, bought at which price or on which day, and how much of it is to be sold."""

# ruff: noqa: E501 - a phrase table reads better with one entry a line

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from msgspec import Struct, structs

from cryptodesk.core.patterns import Pattern
from cryptodesk.models.analyst.amounts import find_amounts
from cryptodesk.models.analyst.periods import find_period
from cryptodesk.models.analyst.questions import Amount, AssetRef
from cryptodesk.models.analyst.reading import Reading

__all__ = ["Holding", "Slots", "bought_on", "read_holdings"]

_MOST = 12


class Holding(Struct, frozen=True):
    """`amount` is in coins, or in money where `is_money`. `price` is what one coin cost, `cost` what all of it did;
    `when` are the words that may tell the day it was bought."""

    asset_id: int | str | None
    amount: Decimal
    is_money: bool = False
    price: Decimal | None = None
    cost: Decimal | None = None
    when: str = ""

    @property
    def is_bought(self) -> bool:
        return self.price is not None or self.cost is not None


class Slots(Struct, frozen=True):
    """`currency` is that of the prices said; `sold_share` is the part of it that is to be sold, 0 to 1, of the one
    asset `sold_id` or of everything. `asks_profit`: what was paid matters, said or not; `asks_weights`: how
    the whole splits."""

    holdings: tuple[Holding, ...]
    currency: str = ""
    sold_share: Decimal | None = None
    sold_id: int | str | None = None
    asks_profit: bool = False
    asks_weights: bool = False

    def plus(self, others: Sequence[Holding]) -> Slots:
        """With these besides; coins of an asset held already are added to it where neither has a price."""
        kept = list(self.holdings)
        for other in others:
            same = next((one for one in kept if _may_merge(one, other)), None)
            if same is None:
                kept.append(other)
            else:
                kept[kept.index(same)] = structs.replace(same, amount=same.amount + other.amount)
        return structs.replace(self, holdings=tuple(kept[:_MOST]))


def _may_merge(one: Holding, other: Holding) -> bool:
    is_plain = not one.is_bought and not other.is_bought and not one.when and one.is_money == other.is_money
    return is_plain and one.asset_id == other.asset_id


class _Mention(Struct, frozen=True):
    start: int
    end: int
    asset: AssetRef


_GAP = Pattern(r"\s*(?:coins? |tokens? )?(?:of |in |worth of |into |x |my )?(?:the )?\$?")
_LIST_GAP = Pattern(r"\s*(?:[:=(]|-(?= )|–|x(?= ?\d))?\s*")
_PAID = Pattern(
    r"\s*(?:coins?|tokens?)?\s*(?:\(?\s*(?:which )?(?:i |we )?(?:bought|purchased|acquired|entered|got|was bought|paid)\s*(?:it |them )?)?"
    r"(?P<how>@|at|for|from|with an?|avg\.?|average|entry|costs?|price)\s*(?:(?:me|us|him|her) )?(?:an? |the )?(?:avg\.? |average )?(?:entry )?(?:cost |price |cost basis |basis )?(?:of |was |is |at |around |about |approx\.? |~|: ?)*"
)
_EACH = Pattern(r"\s*(?:usd|dollars?|eur|euros?)?\s*(?:each|apiece|per coin|per token|a piece|/ ?coin|a coin|per _)")
_IN_ALL = Pattern(
    r"\s*(?:usd|dollars?|bucks|eur|euros?)?\s*(?:in total|altogether|all in(?: all)?|in all|total|overall|together|for (?:all|the lot))\b"
)
_FRACTIONS = {
    "half": "0.5",
    "a half": "0.5",
    "a third": "0.3333333333333333",
    "one third": "0.3333333333333333",
    "two thirds": "0.6666666666666667",
    "a quarter": "0.25",
    "one quarter": "0.25",
    "three quarters": "0.75",
    "all": "1",
    "everything": "1",
    "it all": "1",
    "a tenth": "0.1",
}
_SOLD = Pattern(
    r"\b(?:sell|sold|selling|cash(?:ed)? out|take out|unload)\b\s+(?P<share>half|a half|a third|one third|two thirds|a quarter|one quarter|three quarters|a tenth|all|everything|it all|\d{1,3}(?:\.\d+)?\s?(?:%|percent))(?:\s+of)?(?:\s+(?:my|the|it|that|them))?\s*"
)
_PROFIT = Pattern(
    r"\bp ?(?:n|&|and) ?l\b|\bpnl\b|\bprofits?\b|\bloss(?:es)?\b|\bgains?\b|\bcost basis\b|\bbreak-?even\b|\broi\b|\bunder ?water\b|\bin the (?:red|green|money)\b|\breturns?\b|\bhow (?:am i|are we|is (?:it|that|my \w+)) doing\b|\bup or down\b|\b(?:am|are) (?:i|we) (?:up|down)\b|\bmade or lost\b|\bhave i (?:made|lost)\b"
)


def read_holdings(reading: Reading) -> Slots:
    """What is held, in the order of the text; none where no amount stands beside an asset."""
    mentions, amounts = _mentions(reading), find_amounts(reading.masked)
    pairs = [(one, found) for one in mentions if (found := _before(reading.masked, one, amounts)) is not None]
    if not pairs:
        pairs = [(one, found) for one in mentions if (found := _after(reading.masked, one, amounts)) is not None]
    pairs = pairs[:_MOST]
    if not pairs:
        return Slots(())
    ends = [min(one.start, amount.start) for one, amount in pairs[1:]] + [len(reading.masked)]
    holdings, currency = [], ""
    for (mention, amount), end in zip(pairs, ends, strict=True):
        holding, unit = _holding(reading.masked, mention, amount, amounts, end)
        holdings.append(holding)
        currency = currency or unit
    sold = _SOLD.search(reading.masked)
    return Slots(
        _with_shared_day(holdings),
        currency,
        _share(sold["share"]) if sold else None,
        next((one.asset.asset_id for one in mentions if sold and one.start == sold.end()), None),
        _PROFIT.search(reading.masked) is not None,
    )


def _mentions(reading: Reading) -> list[_Mention]:
    """Every mention of the assets found, the second and third of the same one too."""
    assets = reading.found.assets
    names = {word.lower(): asset for asset in assets for word in (asset.name, asset.symbol, asset.text) if word}
    found = [(start, end, names.get(reading.lowered[start:end])) for start, end in reading.found.spans]
    return [_Mention(start, end, asset) for start, end, asset in found if asset is not None]


def _before(text: str, mention: _Mention, amounts: Sequence[Amount]) -> Amount | None:
    """The amount that ends right before the asset."""
    for amount in amounts:
        gap = _GAP.match(text, amount.end)
        if amount.value > 0 and amount.unit != "%" and gap is not None and gap.end() == mention.start:
            return amount
    return None


def _after(text: str, mention: _Mention, amounts: Sequence[Amount]) -> Amount | None:
    gap = _LIST_GAP.match(text, mention.end)
    start = gap.end() if gap else mention.end
    return next((one for one in amounts if one.start == start and one.value > 0 and one.unit != "%"), None)


def _holding(text: str, mention: _Mention, amount: Amount, amounts: Sequence[Amount], end: int) -> tuple[Holding, str]:
    start = max(mention.end, amount.end)
    paid = _PAID.match(text, start, end)
    price = None
    if paid is not None:
        price = next((one for one in amounts if one.start == paid.end() and one.end <= end and one.unit != "%"), None)
    bare = Holding(mention.asset.asset_id, amount.value, amount.unit != "")
    if paid is None or price is None or price.value <= 0:
        return structs.replace(bare, when=text[start:end].strip()), amount.unit
    rest = text[price.end : end].strip()
    is_total = _IN_ALL.match(text, price.end) is not None or paid["how"] == "for"
    is_total = is_total and _EACH.match(text, price.end) is None and amount.value != 1
    kept = {"cost": price.value} if is_total else {"price": price.value}
    return structs.replace(bare, when=rest, **kept), price.unit or amount.unit


def _with_shared_day(holdings: Sequence[Holding]) -> tuple[Holding, ...]:
    """A day said once, behind the last asset, is that of all that have no price ("1 BTC and 10 ETH in May 2023")."""
    if not holdings or not holdings[-1].when:
        return tuple(holdings)
    last = holdings[-1].when
    return tuple(
        one if one.is_bought or _has_words_of_day(one.when) else structs.replace(one, when=last) for one in holdings
    )


def _has_words_of_day(words: str) -> bool:
    return any(character.isdigit() for character in words)


def bought_on(holding: Holding, today: date) -> date | None:
    """The day it was bought: the first of the period that its words tell; None where they tell none in the past."""
    found = find_period(holding.when, today) if holding.when else None
    if found is None or found.period.problem or found.period.start is None or found.period.is_weak:
        return None
    return found.period.start if found.period.start <= today else None


def _share(words: str) -> Decimal:
    if words in _FRACTIONS:
        return Decimal(_FRACTIONS[words])
    figure = Decimal(re.sub(r"[^\d.]", "", words)) / 100
    return min(figure, Decimal(1))
