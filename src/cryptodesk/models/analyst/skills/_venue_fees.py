"""What an exchange charges for a trade, from its profile."""

from __future__ import annotations

from collections.abc import Sequence

from cryptodesk.models.analyst.calls import Call
from cryptodesk.models.analyst.formats import trimmed
from cryptodesk.models.analyst.skills._leverage import CoinRow
from cryptodesk.models.analyst.skills._listed import looked_up, unresolved
from cryptodesk.models.analyst.skills._overview import fact_at, fields_of, pull_hint
from cryptodesk.models.analyst.text import shown
from cryptodesk.models.analyst.tool_names import ASSET_METADATA, ID_LOOKUP
from cryptodesk.models.analyst.writer.draft import Draft, Fact, Setting, join_names, join_paragraphs
from cryptodesk.models.analyst.writer.sourcing import closing

__all__ = ["profile_call", "write_fees"]

_PROFILE = "exchange_profile"
_FEES = (("taker_fee", "taker fee"), ("maker_fee", "maker fee"))


def profile_call(ids: Sequence[str | int]) -> Call:
    return Call(ASSET_METADATA, {"asset_type": "exchange", "ids": list(ids), "fields": [_PROFILE]})


def write_fees(setting: Setting, names: Sequence[str]) -> Draft:
    found = looked_up(setting.evidence, "exchange", names)
    results = setting.evidence.results_of(ASSET_METADATA)
    rows = [CoinRow(result, row) for result in results for row in result.rows("results")]
    lines = [*unresolved(found, "exchange"), *(_sentence(row) for row in rows)]
    if not rows and not any(one.asset_id is None for one in found):
        gaps = [shown(gap.reason, 200) for result in results for gap in result.unavailable]
        lines.append(f"No fees of that exchange are at hand{f': {gaps[0]}' if gaps else ''}.")
    used = list({id(row.result): row.result for row in rows}.values())
    fields = tuple(dict.fromkeys(name for result in used for name in fields_of(result, f"{_PROFILE}.taker_fee")))
    hint = "" if rows else pull_hint(setting.evidence.results_of(ID_LOOKUP, ASSET_METADATA))
    note = "A maker's order waits in the book, a taker's is filled at once." if setting.is_detailed and rows else ""
    end = closing(setting, used, fields) if used else ""
    return Draft(join_paragraphs(" ".join(lines), hint, note, end), tuple(fact for row in rows for fact in _facts(row)))


def _sentence(row: CoinRow) -> str:
    label = shown(row.row.get("name"), 80) or "The exchange"
    known = [
        f"{words} **{trimmed(value, 4)}%**"
        for field, words in _FEES
        if (value := row.figure(_PROFILE, field)) is not None
    ]
    absent = [words for field, words in _FEES if row.figure(_PROFILE, field) is None]
    gap = f"Not known: {join_names(absent)} ({row.why(f'{_PROFILE}.taker_fee', _PROFILE)})." if absent else ""
    if not known:
        return f"The trading fees of {label} are not known: {row.why(f'{_PROFILE}.taker_fee', _PROFILE)}."
    scope = "By its own profile; discounts and the fees of single pairs are not in it."
    return " ".join(filter(None, (f"{label} charges for a trade: {join_names(known)}.", scope, gap)))


def _facts(row: CoinRow) -> list[Fact]:
    known = [(field, row.figure(_PROFILE, field)) for field, _ in _FEES]
    name = shown(row.row.get("name"), 80)
    return [
        fact_at(row.result, f"{_PROFILE}.{field}", value, "percent", symbol=name)
        for field, value in known
        if value is not None
    ]
