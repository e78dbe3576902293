"""Open interest, funding and liquidations: of the whole market, of named coins, and ranked over the large ones."""

from __future__ import annotations

from collections.abc import Sequence

from cryptodesk.models.analyst.calls import Call
from cryptodesk.models.analyst.formats import big_money, percent
from cryptodesk.models.analyst.reading import Reading
from cryptodesk.models.analyst.skills._leverage import (
    PAYMENTS_A_YEAR,
    CoinRow,
    derivative_rows,
    funding_words,
    liquidated,
    rate,
    row_facts,
)
from cryptodesk.models.analyst.skills._leverage_market import LEVERAGE, no_past, no_ratio, write_market
from cryptodesk.models.analyst.skills._leverage_phrases import DerivativesSlots, Focus, find_slots
from cryptodesk.models.analyst.skills._leverage_venues import COLUMNS, coin_cells, coin_tables, venue_sentence
from cryptodesk.models.analyst.skills._overview import (
    days_back,
    overview_call,
    part_of,
)
from cryptodesk.models.analyst.skills._skill import Ask, Claim, Skill
from cryptodesk.models.analyst.text import shown
from cryptodesk.models.analyst.tool_names import MARKET_DATA, MARKET_OVERVIEW
from cryptodesk.models.analyst.writer.draft import Draft, Setting, join_names, join_paragraphs
from cryptodesk.models.analyst.writer.sourcing import closing
from cryptodesk.models.analyst.writer.table import table

__all__ = ["SKILL"]

_BITCOIN = 1
# No tool ranks coins by their derivatives: these large ones are asked for and put in order. Four fit in one result.
_LARGE = ((1, 1027, 5426, 52), (1839, 74, 2010, 1975), (5805, 20947, 32196, 1958))
_SORTS: dict[Focus, tuple[tuple[str, ...], str]] = {
    "open_interest": (("open_interest",), "open interest"),
    "funding": (("funding_rate_pct_8h",), "funding rate"),
    "liquidations": (("liquidations", "24h", "total"), "liquidations of 24 hours"),
    "volume": (("futures_volume_24h",), "24-hour volume"),
}
_WEEKS = {7: "total_usd7d", 30: "total_usd30d"}


def _recognise(reading: Reading) -> Claim | None:
    found = find_slots(reading)
    return None if found is None else Claim(found[1], found[0])


def _slots(slots: object) -> DerivativesSlots:
    return slots if isinstance(slots, DerivativesSlots) else DerivativesSlots()


def _calls(ask: Ask) -> Sequence[Call]:
    slots = _slots(ask.plan.slots)
    if ask.ids:
        calls = [_coins_call(ask.ids)]
        return [*calls, overview_call((LEVERAGE,))] if _BITCOIN in ask.ids and _wants_weeks(slots, ask) else calls
    if slots.is_ranking:
        return [_coins_call(list(group)) for group in _LARGE]
    return (overview_call((LEVERAGE, "liquidity") if slots.focus in {"all", "volume"} else (LEVERAGE,)),)


def _coins_call(ids: Sequence[int | str]) -> Call:
    return Call(MARKET_DATA, {"asset_type": "coin", "ids": list(ids), "metrics": ["derivatives"]})


def _wants_weeks(slots: DerivativesSlots, ask: Ask) -> bool:
    return slots.focus == "liquidations" and days_back(ask.plan.period, ask.today) in _WEEKS


def _write(setting: Setting) -> Draft:
    slots = _slots(setting.plan.slots)
    coins = derivative_rows(setting.evidence)
    if setting.plan.assets:
        return _write_coins(setting, slots, coins)
    return _write_ranking(setting, slots, coins) if slots.is_ranking else write_market(setting, slots)


def _write_coins(setting: Setting, slots: DerivativesSlots, coins: dict[str, CoinRow]) -> Draft:
    wanted = [(asset, coins.get(str(asset.asset_id))) for asset in setting.resolved.assets]
    known = [(asset, coin) for asset, coin in wanted if coin is not None and row_facts(coin)]
    weeks = _weeks(setting, slots)
    lines = [no_ratio(slots.focus), weeks or no_past(setting, slots)]
    lines += [venue_sentence(coin, slots.focus, slots.venue) for _, coin in known if slots.is_by_exchange]
    is_short = setting.is_brief or len(known) > 1 or slots.is_by_exchange
    lines += [_coin_sentence(coin, slots.focus, is_short=is_short) for _, coin in known]
    lines += [_missing(asset.label, coin) for asset, coin in wanted if (asset, coin) not in known]
    body = "" if setting.is_brief else coin_tables([coin for _, coin in known])
    reading = _annual([coin for _, coin in known]) if setting.is_detailed else ""
    results = tuple(dict.fromkeys(map(id, (coin.result for _, coin in known))))
    used = [next(coin.result for _, coin in known if id(coin.result) == one) for one in results]
    fields = ("open_interest", "futures_volume_24h", "funding_rate_pct_8h", "liquidations", "by_exchange")
    text = join_paragraphs(" ".join(filter(None, lines)), body, reading, closing(setting, used, fields) if used else "")
    return Draft(text, tuple(fact for asset, coin in known for fact in row_facts(coin, asset)))


def _missing(label: str, coin: CoinRow | None) -> str:
    why = coin.why("derivatives", "open_interest") if coin is not None else "the result does not have it"
    return f"Open interest, funding and liquidations of {shown(label, 110)} are not available: {why}."


def _weeks(setting: Setting, slots: DerivativesSlots) -> str:
    """Liquidations of Bitcoin over a week or a month, which the overview has."""
    part, days = part_of(setting, LEVERAGE), days_back(setting.plan.period, setting.today)
    field = _WEEKS.get(days or 0)
    value = part.figure("liquidations", "btc", field) if part and field else None
    if slots.focus != "liquidations" or value is None:
        return ""
    return f"**{big_money(value)}** of Bitcoin positions were liquidated in {days} days."


def _coin_sentence(coin: CoinRow, focus: Focus, *, is_short: bool) -> str:
    """What is asked for first; the rest after it, where there is room."""
    interest, volume = coin.figure("open_interest"), coin.figure("futures_volume_24h")
    funding = coin.figure("funding_rate_pct_8h")
    said = {
        "open_interest": f"open interest is **{big_money(interest)}**" if interest is not None else "",
        "volume": f"the 24-hour volume of its futures is **{big_money(volume)}**" if volume is not None else "",
        "funding": funding_words(funding) if funding is not None else "",
        "liquidations": liquidated(coin, "24h"),
    }
    first = {"long_short": ("funding", "liquidations"), "all": tuple(said)}.get(focus, (focus,))
    order = [*first, *(name for name in said if name not in first and not is_short)]
    parts = [said[name] for name in order if said[name]]
    absent = [name.replace("_", " ") for name in first if not said[name]]
    gap = f" Not known: {join_names(absent)} ({coin.why(*_fields(first))})." if absent else ""
    return f"{coin.label}: {join_names(parts)}.{gap}"


def _fields(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(path[0] for name, (path, _) in _SORTS.items() if name in names)


def _annual(coins: Sequence[CoinRow]) -> str:
    rates = [(coin, value) for coin in coins if (value := coin.figure("funding_rate_pct_8h")) is not None]
    said = [f"{percent(value * PAYMENTS_A_YEAR)} for {coin.symbol or coin.label}" for coin, value in rates]
    return (
        f"Kept for a year, that funding adds up to {join_names(said)} (computed, without compounding)." if said else ""
    )


def _write_ranking(setting: Setting, slots: DerivativesSlots, coins: dict[str, CoinRow]) -> Draft:
    path, words = _SORTS.get(slots.focus, _SORTS["volume"])
    ranked = [(value, coin) for coin in coins.values() if (value := coin.figure(*path)) is not None]
    ranked.sort(key=lambda pair: (pair[0] if slots.is_ascending else -pair[0], pair[1].asset_id))
    if not ranked:
        why = next((coin.why("derivatives") for coin in coins.values()), "the results do not have them")
        return Draft(f"A ranking of coins by derivatives is not available: {why}.")
    value, best = ranked[0]
    place = "is lowest" if slots.is_ascending else "leads"
    lead = f"By {words}, {best.label} {place} with **{rate(value) if slots.focus == 'funding' else big_money(value)}**."
    asked = sum(map(len, _LARGE))
    scope = f"No tool ranks all coins by it: I asked for {asked} large ones and have figures of {len(ranked)}."
    body = (
        "" if setting.is_brief else table(("Coin", *COLUMNS), [[coin.label, *coin_cells(coin)] for _, coin in ranked])
    )
    used = list({id(coin.result): coin.result for _, coin in ranked}.values())
    fields = ("open_interest", "futures_volume_24h", "funding_rate_pct_8h", "liquidations")
    lines = " ".join(filter(None, (lead, no_past(setting, slots), scope)))
    return Draft(join_paragraphs(lines, body, closing(setting, used, fields)), tuple(row_facts(best)))


SKILL = Skill(
    name="derivatives",
    title="open interest, funding rates and liquidations",
    examples=(
        "total crypto open interest",
        "What is the funding rate of BTC?",
        "ETH liquidations today",
        "Which tokens are leading perpetual trading?",
    ),
    tools=(MARKET_OVERVIEW, MARKET_DATA),
    recognise=_recognise,
    calls=_calls,
    write=_write,
    assets="optional",
)
