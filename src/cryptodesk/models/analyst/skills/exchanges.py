"""Exchanges: what one trades and holds, which are the largest, and what decentralised ones trade together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cryptodesk.core.patterns import Pattern
from cryptodesk.models.analyst.calls import Call
from cryptodesk.models.analyst.formats import big_money, number, percent, to_decimal, trimmed
from cryptodesk.models.analyst.reading import Reading
from cryptodesk.models.analyst.skills._leverage import CoinRow
from cryptodesk.models.analyst.skills._listed import listed_calls, looked_up, rows_of, unresolved
from cryptodesk.models.analyst.skills._overview import end_of, fact_at, overview_call, part_of, pull_hint, refusal
from cryptodesk.models.analyst.skills._places import said_place
from cryptodesk.models.analyst.skills._skill import Ask, Claim, Skill
from cryptodesk.models.analyst.skills._venue_fees import profile_call, write_fees
from cryptodesk.models.analyst.skills._venue_phrases import ExchangeSlots, find_slots
from cryptodesk.models.analyst.text import shown
from cryptodesk.models.analyst.tool_names import ASSET_METADATA, ASSET_SCREENER, ID_LOOKUP, MARKET_DATA, MARKET_OVERVIEW
from cryptodesk.models.analyst.writer.draft import Draft, Fact, Setting, join_names, join_paragraphs
from cryptodesk.models.analyst.writer.sourcing import closing
from cryptodesk.models.analyst.writer.table import table

__all__ = ["SKILL"]

_WORDS = {
    "spot_volume_24h": "24-hour spot volume",
    "derivative_volume_24h": "24-hour derivatives volume",
    "open_interest": "open interest",
    "reserves_usd": "reserves in known wallets",
    "effective_liquidity_24h": "effective liquidity",
    "num_coins": "number of coins",
    "num_market_pairs": "number of market pairs",
    "exchange_score": "score of 10",
}
_COUNTS, _SCORE = frozenset({"num_coins", "num_market_pairs"}), "exchange_score"
_MOST = 10


def _recognise(reading: Reading) -> Claim | None:
    found = None if reading.says(_OF_ITS_BUSINESS) else find_slots(reading)
    return None if found is None else Claim(found[1], found[0])


# How an exchange lives is told by its article.
_OF_ITS_BUSINESS = Pattern(r"\bmakes? (?:its |their )?money\b|\bbusiness model\b")


def _slots(slots: Any) -> ExchangeSlots:
    return slots if isinstance(slots, ExchangeSlots) else ExchangeSlots("list")


def _calls(ask: Ask) -> Sequence[Call]:
    slots = _slots(ask.plan.slots)
    if slots.kind == "fees":
        return listed_calls(ask, "exchange", slots.names, profile_call)
    if slots.kind in {"one", "traded_on"}:
        return listed_calls(ask, "exchange", slots.names)
    if slots.kind == "dex_volume":
        return (overview_call(("defi",)),)
    screen = Call(
        ASSET_SCREENER,
        {"query": "largest exchanges", "asset_type": "exchange", "sort": {"field": slots.sort, "order": "desc"}},
    )
    rows = [row for result in ask.evidence.results_of(ASSET_SCREENER) for row in result.rows("results")]
    # The list does not tell decentralised exchanges from others; their own figures do.
    ids = [row["asset_id"] for row in rows if isinstance(row.get("asset_id"), int)]
    kinds = Call(MARKET_DATA, {"asset_type": "exchange", "ids": ids[:_MOST]})
    if not slots.wants_dex:
        return (screen,)
    return (screen, overview_call(("defi",)), *((kinds,) if ids else ()))


def _write(setting: Setting) -> Draft:
    slots = _slots(setting.plan.slots)
    if slots.kind == "dex_volume":
        return _write_dex_volume(setting)
    if slots.kind == "fees":
        return write_fees(setting, slots.names)
    return _write_list(setting, slots) if slots.kind == "list" else _write_named(setting, slots)


def _write_named(setting: Setting, slots: ExchangeSlots) -> Draft:
    found = looked_up(setting.evidence, "exchange", slots.names)
    rows = rows_of(setting.evidence, "exchange")
    lines = []
    if slots.kind == "traded_on":
        lines.append(f"No tool lists what is traded on one exchange, so I cannot rank the coins on {join_names([shown(name, 60) for name in slots.names])}.")  # fmt: skip  # noqa: E501
    lines += [*unresolved(found, "exchange"), *(_sentence(row, slots.sort, is_brief=setting.is_brief) for row in rows)]
    if not rows and not found:
        reasons = [gap.reason for result in setting.evidence.results_of(MARKET_DATA) for gap in result.unavailable]
        lines.append(f"No figures of that exchange are at hand{f': {shown(reasons[0], 200)}' if reasons else ''}.")
    body = _compared(rows) if len(rows) > 1 and not setting.is_brief else ""
    note = "Reserves are what wallets it has made known hold; what it owes is not in them." if setting.is_detailed and rows else ""  # fmt: skip  # noqa: E501
    results = list({id(row.result): row.result for row in rows}.values())
    hint = "" if rows else pull_hint(setting.evidence.results_of(ID_LOOKUP, MARKET_DATA))
    text = join_paragraphs(" ".join(lines), hint, body, note, closing(setting, results) if results else "")
    return Draft(text, tuple(fact for row in rows for fact in _facts(row)))


def _label(row: CoinRow) -> str:
    return shown(row.row.get("name"), 80) or f"Exchange {row.asset_id}"


def _said(row: CoinRow, field: str) -> str | None:
    value = row.figure(field)
    if value is None:
        return None
    if field == _SCORE:
        return trimmed(value, 1)
    return number(value) if field in _COUNTS else big_money(value)


def _sentence(row: CoinRow, first: str, *, is_brief: bool) -> str:
    """The figure asked for, then the others."""
    lead = _said(row, first)
    order = [first, *(name for name in _WORDS if name != first and not is_brief)]
    known = [(name, said) for name in order if (said := _said(row, name)) is not None]
    parts = [_part(row, name, f"**{said}**" if name == first else said) for name, said in known]
    gap = f" Its {_WORDS[first]} is not known: {row.why(first)}." if lead is None else ""
    rank = row.figure("rank")
    place = f", ranked {number(rank)}" if rank is not None else ""
    return f"{_label(row)}{place}: {join_names(parts)}.{gap}" if parts else f"{_label(row)}{place}.{gap}"


def _part(row: CoinRow, field: str, said: str) -> str:
    if field in _COUNTS:
        return f"{said} {_WORDS[field].removeprefix('number of ')}"
    return f"score {said} of 10" if field == _SCORE else f"{_WORDS[field]} {said}{_change(row, field)}"


def _change(row: CoinRow, field: str) -> str:
    change = row.figure("percent_change_volume_24h") if field == "spot_volume_24h" else None
    return f" ({percent(change)} against the day before)" if change is not None else ""


def _compared(rows: Sequence[CoinRow]) -> str:
    names = ("spot_volume_24h", "derivative_volume_24h", "open_interest", "reserves_usd", "num_coins")
    headers = ("Exchange", *(_WORDS[name] for name in names))
    return table(headers, [[_label(row), *(_said(row, name) for name in names)] for row in rows])


def _write_list(setting: Setting, slots: ExchangeSlots) -> Draft:
    result = next(iter(reversed(setting.evidence.results_of(ASSET_SCREENER))), None)
    rows = [CoinRow(result, row) for row in result.rows("results")] if result else []
    kinds = {row.asset_id: str(row.row.get("kind", "")) for row in rows_of(setting.evidence, "exchange")}
    known = [row for row in rows if row.figure(slots.sort) is not None]
    shown_rows = [row for row in known if not (slots.wants_dex and kinds) or kinds.get(row.asset_id) == "decentral"]
    if result is None or not known:
        reason = result.reason("results", slots.sort) if result else None
        why = f"A list of exchanges is not available: {shown(reason, 200) or 'the screener gave none'}."
        return Draft(join_paragraphs(why, pull_hint((result,) if result else ())))
    notes = _list_notes(slots, has_kinds=bool(kinds), count=len(shown_rows))
    traded = _dex_sentence(setting) if slots.wants_dex else ""
    lead = _list_lead(slots, shown_rows[: slots.count], has_kinds=bool(kinds))
    body = "" if setting.is_brief else _list_table(shown_rows[: slots.count], slots.sort)
    facts = [_list_fact(shown_rows[0], slots.sort)] if shown_rows else []
    return Draft(
        join_paragraphs(
            " ".join(filter(None, (lead, notes, traded))), body, closing(setting, (result,), ("results", slots.sort))
        ),
        tuple(facts),
    )


def _list_lead(slots: ExchangeSlots, rows: Sequence[CoinRow], *, has_kinds: bool) -> str:
    what = "decentralised exchange" if slots.wants_dex and has_kinds else "exchange"
    if not rows:
        return f"None of the {_MOST} largest exchanges by {_WORDS[slots.sort]} is known to be decentralised."
    if slots.sort == _SCORE:
        return _best_scored(rows, what)
    place = slots.place if slots.place <= len(rows) else 1
    row = rows[place - 1]
    return (
        f"{_label(row)} is the {said_place(place)}largest {what} by {_WORDS[slots.sort]}: **{_said(row, slots.sort)}**."
    )


def _best_scored(rows: Sequence[CoinRow], what: str) -> str:
    """Several may share the first place."""
    best = rows[0].figure(_SCORE)
    names = [_label(row) for row in rows if row.figure(_SCORE) == best]
    have = "has" if len(names) == 1 else "share"
    score = f"**{_said(rows[0], _SCORE)}** of 10"
    return f"{join_names(names)} {have} the highest score of any {what}: {score}, by the source's own rating."


def _list_notes(slots: ExchangeSlots, *, has_kinds: bool, count: int) -> str:
    if slots.wants_dex and not has_kinds:
        return "The list does not tell decentralised exchanges from others."
    if slots.wants_dex and count:
        return f"Of the {_MOST} largest exchanges {count} are known to be decentralised."
    return f"The tool lists at most {_MOST}." if slots.count > _MOST else ""


def _list_table(rows: Sequence[CoinRow], sort: str) -> str:
    names = [name for name in dict.fromkeys((sort, "spot_volume_24h", "derivative_volume_24h")) if name != _SCORE]
    cells = [
        [
            _label(row),
            *(_said(row, name) for name in names),
            percent(row.figure("percent_change_volume_24h")),
            _score(row),
        ]
        for row in rows
    ]
    return table(("Exchange", *(_WORDS[name] for name in names), "volume 24h", "score (0-10)"), cells) if cells else ""


def _score(row: CoinRow) -> str | None:
    value = row.figure("exchange_score")
    return None if value is None else trimmed(value, 1)


def _dex_sentence(setting: Setting) -> str:
    part = part_of(setting, "defi")
    volume = part.figure("dex_volume_24h_usd") if part else None
    if volume is None:
        return ""
    return f"Decentralised exchanges traded **{big_money(volume)}** in 24 hours, over all chains the source counts."


def _write_dex_volume(setting: Setting) -> Draft:
    part = part_of(setting, "defi")
    volume = part.figure("dex_volume_24h_usd") if part else None
    if part is None or volume is None:
        return refusal("The volume of decentralised exchanges is", part, "dex_volume_24h_usd")
    listed = [row for row in part.rows("top_protocols") if "dex" in str(row.get("category", "")).lower()]
    named = [
        f"{shown(row.get('name'), 60)} ({big_money(value)})"
        for row in listed
        if (value := to_decimal(row.get("tvl_usd"))) is not None and shown(row.get("name"), 60)
    ]
    lead = _dex_sentence(setting)
    locked = f"Of the largest protocols by value locked these are exchanges: {join_names(named)}." if named and not setting.is_brief else ""  # fmt: skip  # noqa: E501
    past = "The tool keeps no past of this volume."
    fact = fact_at(part.result, "defi.dex_volume_24h_usd", volume, "USD")
    end = end_of(setting, part, "dex_volume_24h_usd")
    return Draft(join_paragraphs(" ".join(filter(None, (lead, locked, past))), end), (fact,))


def _facts(row: CoinRow) -> list[Fact]:
    known = [(name, value) for name in _WORDS if (value := row.figure(name)) is not None]
    return [fact_at(row.result, name, value, _unit(name), symbol=_label(row)) for name, value in known]


def _unit(field: str) -> str:
    return "" if field in _COUNTS or field == _SCORE else "USD"


def _list_fact(row: CoinRow, field: str) -> Fact:
    value = row.figure(field)
    return (
        fact_at(row.result, field, value, _unit(field), symbol=_label(row)) if value is not None else Fact(field, None)
    )


SKILL = Skill(
    name="exchanges",
    title="exchanges, their volume and reserves",
    examples=("top exchanges", "Binance 24h volume", "Kraken reserves", "decentralized exchanges volume"),
    tools=(ASSET_SCREENER, MARKET_DATA, ID_LOOKUP, MARKET_OVERVIEW, ASSET_METADATA),
    recognise=_recognise,
    calls=_calls,
    write=_write,
)
