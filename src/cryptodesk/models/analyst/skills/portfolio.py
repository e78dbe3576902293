"""Holdings in the user's words: what they are worth, how they weigh and moved, and what was gained on what was paid."""

# ruff: noqa: E501 - a sentence of an answer reads better on one line

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from msgspec import structs

from cryptodesk.core.patterns import Pattern
from cryptodesk.models.analyst.calls import Call
from cryptodesk.models.analyst.formats import percent
from cryptodesk.models.analyst.questions import Plan
from cryptodesk.models.analyst.reading import Reading
from cryptodesk.models.analyst.skills._holdings import Slots, bought_on, read_holdings
from cryptodesk.models.analyst.skills._positions import (
    Position,
    Whole,
    figures_of_positions,
    figures_of_sale,
    missing_of,
    positions_of,
    profit_table,
    said_cost,
    said_sale,
    value_table,
    whole_of,
)
from cryptodesk.models.analyst.skills._skill import Ask, Claim, Skill
from cryptodesk.models.analyst.skills._wording import asks_for_action, looks_ahead
from cryptodesk.models.analyst.tool_names import MARKET_DATA
from cryptodesk.models.analyst.writer.draft import Draft, Fact, Setting, as_number, join_names, join_paragraphs
from cryptodesk.models.analyst.writer.figures import moved
from cryptodesk.models.analyst.writer.sourcing import closing, moment, result_fact_source

__all__ = ["SKILL"]

_HOLD = Pattern(
    r"\b(?:i|we)(?:'m| am| are|'ve| have)? ?(?:currently |still |now )?(?:hold(?:ing)?|have|own|got|hodl(?:ing)?)\b|\bi've\b|\bmy (?:own )?[\d.]+ ?_|\bmy (?:\w+ )?(?:portfolio|holdings?|bags?|stack|positions?|coins|wallet|allocation|basket|stash|mix)\b|\bportfolio\b|\bholdings?\b|\bstash\b|\bbasket\b|\b(?:sitting|sat) on\b|\b(?:wallet|account|bag|ledger|vault)s? (?:with|of|holding|that has|containing)\b|\b(?:in|on) (?:my|a|the|his|her|our|their) (?:wallet|bag|account|ledger|vault|stack)\b|\b(?:i|we)(?:'ve| have)? (?:own|keep|picked up|accumulated|sit on)\b|\b(?:holds?|owns?|holding|owning|keeps)\b|\b(?:he|she|they|friend|wife|husband|client|customer|fund|company)(?:'s)? (?:has|have|got)\b"
)
_BOUGHT = Pattern(
    r"\b(?:bought|buy|purchased|acquired|entered|got in|avg|average price|average cost|entry|cost basis)\b|@"
)
_WORTH = Pattern(
    r"\bworth\b|\bvalue\b|\btotal\b|\bhow much\b|\b(?:over|under)?weight(?:s|ed|ing|ings)?\b|\bpercent(?:ages?)?\b|%|\b(?:split|breakdown|break down|proportions?|shares?|fractions?|portions?|slices?|allocation|composition|mix|makeup|ratio)\b|\b(?:add(?:ed|ing)? up|sum (?:of|up)|how rich|how wealthy|net worth|rich)\b|\b(?:together|altogether|combined|in total|all up|added up|sum|summed|overall|all in)\b"
)
_WEIGHTS = Pattern(
    r"\b(?:over|under)?weight(?:s|ed|ing|ings)?\b|\bpercent(?:ages?)?\b(?! (?:up|down|gain|loss|profit|change))|\b(?:split|breakdown|break down|proportions?|shares?|fractions?|portions?|slices?|allocation|composition|makeup|bigger (?:part|half|share)|larger (?:part|share|half)|biggest (?:part|share|chunk)|how much of (?:it|that|this|the))\b|\b(?:what|how many) ?%|% (?:is|of|are|each|in)\b"
)
_PERIODIC = Pattern(
    r"\b(?:every|each|per) (?:day|week|month|year|other)\b|\bdaily\b|\bweekly\b|\bmonthly\b|\bdca\b|\bstak(?:e|ed|ing)\b|\bcompound"
)


def _recognise(reading: Reading) -> Claim | None:
    if not reading.is_known or asks_for_action(reading) or reading.says(_PERIODIC):
        return None
    slots = read_holdings(reading)
    if not slots.holdings or (looks_ahead(reading) and slots.sold_share is None):
        return None
    return _claim(reading, slots)


def _claim(reading: Reading, slots: Slots) -> Claim | None:
    holds, bought = _HOLD.search(reading.masked) is not None, reading.says(_BOUGHT)
    one = slots.holdings[0]
    if len(slots.holdings) > 1:
        slots = structs.replace(slots, asks_weights=_WEIGHTS.search(reading.masked) is not None)
        # Above what says that it cannot look into a wallet: what is in this one was said.
        return Claim(0.99, slots) if holds or bought or slots.asks_profit or reading.says(_WORTH) else None
    if one.is_bought and (bought or slots.asks_profit):
        return Claim(0.97, slots)
    if one.is_money:
        return None  # "1000 dollars of ETH bought on a day" is worth what the rules of named assets say
    if bought and (slots.asks_profit or any(character.isdigit() for character in one.when)):
        return Claim(0.96, slots)
    return Claim(0.95, slots) if holds else None


def _currency(plan: Plan) -> str:
    slots = plan.slots
    return plan.currency if plan.currency != "USD" or not isinstance(slots, Slots) else slots.currency or "USD"


def _calls(ask: Ask) -> Sequence[Call]:
    currency = _currency(ask.plan)
    extra = {} if currency == "USD" else {"convert": currency}
    calls = [Call(MARKET_DATA, {"asset_type": "coin", "ids": ask.ids, "metrics": ["price", "returns"], **extra})]
    slots = ask.plan.slots
    for one in slots.holdings if isinstance(slots, Slots) else ():
        day = None if one.is_bought else bought_on(one, ask.today)
        if day is not None and one.asset_id in ask.ids:
            history = {"interval": "1d", "time_start": day.isoformat(), "time_end": day.isoformat(), "series": "close"}
            calls.append(
                Call(
                    MARKET_DATA,
                    {"asset_type": "coin", "ids": [one.asset_id], "metrics": ["history"], "history": history, **extra},
                )
            )
    return calls


def _write(setting: Setting) -> Draft:
    slots = setting.plan.slots
    positions = positions_of(setting, slots if isinstance(slots, Slots) else Slots(()))
    if not positions:
        return Draft("How much of each do you hold? Give me amounts, for example “0.5 BTC, 10 ETH and 2000 ADA”.")
    whole = whole_of(positions, slots if isinstance(slots, Slots) else Slots(()))
    if whole is None:
        return Draft(missing_of(positions))
    parts = [_lead(setting, whole), "" if setting.is_brief else _details(setting, whole)]
    end = closing(setting, [result for result in whole.results if result is not None], ("price",))
    text = join_paragraphs(*parts, missing_of(positions), _dropped(setting), end)
    return Draft(text, _facts(whole))


def _dropped(setting: Setting) -> str:
    count = setting.plan.dropped_assets
    return (
        f"I took the first {len(setting.plan.assets)} assets and left out {count}, so the total lacks them."
        if count
        else ""
    )


def _lead(setting: Setting, whole: Whole) -> str:
    at = moment(whole.as_of)
    what = (
        whole.known[0].amount_text
        if len(whole.known) == 1
        else "Your holdings"
        if not whole.has_gaps
        else "The holdings with a price"
    )
    verb = "was" if len(whole.known) == 1 else "were"
    value = f"{what} {verb} worth **{whole.say(whole.value)}** at {at}"
    if whole.cost is None or not whole.cost:
        return f"{_weights(setting, whole)}{value}.{_moves(whole)}"
    gain = whole.priced_value - whole.cost
    word = "a gain" if gain > 0 else "a loss" if gain < 0 else "neither a gain nor a loss"
    share = percent(gain / whole.cost * 100)
    only = "" if whole.is_all_bought else " on what has a purchase price"
    return (
        f"{value}; that is {word} of **{whole.say(abs(gain))}** ({share}) on a cost of {whole.say(whole.cost)}{only}."
    )


def _weights(setting: Setting, whole: Whole) -> str:
    """How the whole splits, the largest part first, where that is asked."""
    slots = setting.plan.slots
    if not isinstance(slots, Slots) or not slots.asks_weights or len(whole.known) < 2 or not whole.value:
        return ""
    values: dict[str, Decimal] = {}
    for one in whole.known:
        values[one.symbol] = values.get(one.symbol, Decimal(0)) + (one.value or Decimal(0))
    ordered = sorted(values.items(), key=lambda each: -each[1])
    parts = [f"**{percent(value / whole.value * 100, signed=False)}** {symbol}" for symbol, value in ordered]
    return f"By value that is {join_names(parts)}. "


def _moves(whole: Whole) -> str:
    parts = [f"{moved(change)} over {label}" for label, change in whole.moves]
    if not parts:
        return ""
    who = "It" if len(whole.known) == 1 else "The whole"
    return f" {who} {' and '.join(parts)}."


def _details(setting: Setting, whole: Whole) -> str:
    tables = value_table(whole) if len(whole.known) > 1 else ""
    bought = profit_table(whole) if whole.cost is not None else ""
    moves = _moves(whole).strip() if whole.cost is not None else ""
    how = (
        "Weights, sums and changes of the whole are computed here from the amounts you gave and the prices of the result."
        if len(whole.known) > 1
        else ""
    )
    if setting.is_detailed:
        how += " The change of the whole is that of these same amounts; fees and taxes are not counted."
    return join_paragraphs(
        tables, bought, " ".join(filter(None, (moves, said_cost(whole), said_sale(whole), how.strip())))
    )


def _facts(whole: Whole) -> tuple[Fact, ...]:
    first = whole.known[0]
    as_of, source = ("", "") if first.result is None else result_fact_source(first.result, "price")
    facts = [Fact("portfolio_value", as_number(whole.value), whole.currency, as_of=as_of, source=source)]
    if whole.cost is not None:
        facts.append(Fact("portfolio_cost", as_number(whole.cost), whole.currency, as_of=as_of, source=source))
        facts.append(
            Fact(
                "portfolio_pnl", as_number(whole.priced_value - whole.cost), whole.currency, as_of=as_of, source=source
            )
        )
    facts += [
        Fact(f"portfolio_change_{_short(label)}_pct", as_number(change), "percent", as_of=as_of, source=source)
        for label, change in whole.moves
    ]
    if whole.cost:
        gain_pct = as_number((whole.priced_value - whole.cost) / whole.cost * 100)
        facts.append(Fact("portfolio_pnl_pct", gain_pct, "percent", as_of=as_of, source=source))
    own = [Fact(*each, as_of, source) for each in figures_of_positions(whole)]
    facts += [Fact(field, value, unit, as_of=as_of, source=source) for field, value, unit in figures_of_sale(whole)]
    return (*facts, *(_fact(one, whole.currency, as_of, source) for one in whole.known), *own)


def _short(label: str) -> str:
    """ "24h" of "24 hours", as fields of results are named."""
    number, _, unit = label.partition(" ")
    return f"{number}{unit[:1]}"


def _fact(one: Position, currency: str, as_of: str, source: str) -> Fact:
    value = None if one.value is None else as_number(one.value)
    return Fact("value", value, currency, one.name, one.symbol, one.asset_id, as_of, source)


SKILL = Skill(
    name="portfolio",
    title="what your holdings are worth and what you gained on them",
    examples=(
        "I hold 0.5 BTC, 10 ETH and 2000 ADA",
        "I bought 2 ETH at 1800 and 1 BTC at 60k: my PnL",
        "I have 1 BTC and 10 SOL, what if I sell half?",
    ),
    tools=(MARKET_DATA,),
    recognise=_recognise,
    calls=_calls,
    write=_write,
    assets="needed",
)
