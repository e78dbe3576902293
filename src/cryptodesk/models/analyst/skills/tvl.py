"""Value locked: in all of DeFi, on the largest chains, in a protocol, and in the protocols of a kind."""

# ruff: noqa: E501 - a sentence of an answer reads better on one line

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from msgspec import structs

from cryptodesk.models.analyst.calls import Call
from cryptodesk.models.analyst.formats import big_money, percent, to_decimal, trimmed
from cryptodesk.models.analyst.questions import AssetRef, Plan
from cryptodesk.models.analyst.reading import Reading
from cryptodesk.models.analyst.results import Result
from cryptodesk.models.analyst.skills._locked_group import group_call, row_name, total_locked, write_group
from cryptodesk.models.analyst.skills._locked_phrases import SHARE, TvlSlots, find_slots
from cryptodesk.models.analyst.skills._overview import Part, end_of, fact_at, overview_call, part_of, refusal
from cryptodesk.models.analyst.skills._places import said_place
from cryptodesk.models.analyst.skills._skill import Ask, Claim, Skill
from cryptodesk.models.analyst.text import shown
from cryptodesk.models.analyst.tool_names import ASSET_SCREENER, MARKET_DATA, MARKET_OVERVIEW
from cryptodesk.models.analyst.writer.draft import Draft, Fact, Setting, join_names, join_paragraphs
from cryptodesk.models.analyst.writer.sourcing import closing
from cryptodesk.models.analyst.writer.table import table

__all__ = ["SKILL"]

_SECTION = "defi"
# The chain that a coin is the coin of, where it bears another name.
_CHAIN_OF = {1839: "bnb smart chain", 28321: "polygon"}
_NO_PAST = "The tools keep no past of value locked by chain, so its change is not known."


def _recognise(reading: Reading) -> Claim | None:
    found = find_slots(reading)
    return None if found is None else Claim(found[1], found[0])


def _slots(slots: Any) -> TvlSlots:
    return slots if isinstance(slots, TvlSlots) else TvlSlots()


def _calls(ask: Ask) -> Sequence[Call]:
    slots, overview = _slots(ask.plan.slots), overview_call((_SECTION,))
    if ask.ids and not slots.wants_share:  # shares are those of the lists, whatever else is known of a coin
        arguments = {"asset_type": "coin", "ids": ask.ids, "metrics": ["liquidity", "market_cap"]}
        return (overview, Call(MARKET_DATA, arguments))
    return (group_call(slots.tag), overview) if slots.kind == "group" else (overview,)


def _write(setting: Setting) -> Draft:
    slots, part = _slots(setting.plan.slots), part_of(setting, _SECTION)
    if setting.plan.assets or slots.chains:
        return _write_named(setting, slots, part)
    if slots.kind == "group":
        return write_group(setting, slots, part)
    return _write_all(setting, slots, part)


def _write_all(setting: Setting, slots: TvlSlots, part: Part | None) -> Draft:
    total, chains = total_locked(part), part.rows("top_chains") if part else []
    protocols = part.rows("top_protocols") if part else []
    if part is None or (total is None and not chains and not protocols):
        return refusal("Value locked in DeFi is", part, "total_tvl_usd")
    lead = _lead(slots, total, chains, protocols)
    past = "" if not slots.wants_past else f"{_NO_PAST} Of the largest protocols it is in the table."
    traded = _traded(part) if slots.kind == "total" and not setting.is_brief else ""
    tables = [] if setting.is_brief else _tables(slots, chains, protocols)
    if slots.wants_past and not setting.is_brief and slots.kind != "protocols":
        tables = [_chain_table(chains), _protocol_table(protocols)]
    text = join_paragraphs(" ".join(filter(None, (lead, past, traded))), *tables, end_of(setting, part))
    return Draft(text, tuple(_facts(part)))


def _lead(
    slots: TvlSlots, total: Decimal | None, chains: Sequence[Mapping[str, Any]], protocols: Sequence[Mapping[str, Any]]
) -> str:
    """The largest where a ranking is asked for, else the sum."""
    rows = protocols if slots.kind == "protocols" else chains
    best = rows[slots.place - 1 : slots.place]
    value = to_decimal(best[0].get("tvl_usd")) if best else None
    if slots.kind in {"chains", "protocols"} and best and value is not None:
        what = "protocol" if slots.kind == "protocols" else "chain"
        if slots.place > 1:
            return f"{row_name(best[0])} is the {said_place(slots.place)}largest {what} by value locked: **{big_money(value)}**."
        return f"{row_name(best[0])} is the {what} with most value locked: **{big_money(value)}**."
    return f"Value locked in DeFi is **{big_money(total)}**." if total is not None else ""


def _tables(slots: TvlSlots, chains: Sequence[Mapping[str, Any]], protocols: Sequence[Mapping[str, Any]]) -> list[str]:
    if slots.kind == "protocols":
        return [_protocol_table(protocols)]
    return [_chain_table(chains), *([_protocol_table(protocols)] if slots.kind == "total" else [])]


def _share(row: Mapping[str, Any], field: str, *, signed: bool) -> str | None:
    return percent(row.get(field), signed=signed)


def _chain_table(rows: Sequence[Mapping[str, Any]]) -> str:
    cells = [[row_name(row), big_money(row.get("tvl_usd")), _share(row, "share_pct", signed=False)] for row in rows]
    return table(("Largest chains", "value locked", "share"), cells) if cells else ""


def _protocol_table(rows: Sequence[Mapping[str, Any]]) -> str:
    cells = [
        [
            " · ".join(filter(None, (row_name(row), shown(row.get("category"), 40)))),
            big_money(row.get("tvl_usd")),
            _share(row, "change_1d_pct", signed=True),
            _share(row, "change_7d_pct", signed=True),
        ]
        for row in rows
    ]
    return table(("Largest protocols", "value locked", "1 day", "7 days"), cells) if cells else ""


def _traded(part: Part) -> str:
    volume, cap = part.figure("dex_volume_24h_usd"), part.figure("market_cap")
    said = [f"decentralised exchanges traded {big_money(volume)} in 24 hours"] if volume is not None else []
    said += [f"DeFi coins are worth {big_money(cap)}"] if cap is not None else []
    text = join_names(said)
    return f"{text[:1].upper()}{text[1:]}." if text else ""


def _write_named(setting: Setting, slots: TvlSlots, part: Part | None) -> Draft:
    assets = setting.resolved.assets
    found = [_of_asset(setting, part, asset) for asset in assets]
    found += [_of_chain(part, name) for name in slots.chains]
    labels = [shown(asset.label, 110) for asset in assets] + [name.title() for name in slots.chains]
    said = [text for text, _ in found if text]
    missing = [label for label, (text, _) in zip(labels, found, strict=True) if not text]
    why = _why_none(part, missing)
    past = _NO_PAST if slots.wants_past and any("share" in text for text in said) else ""
    facts = tuple(fact for _, own in found for fact in own)
    results = [part.result] if part and total_locked(part) is not None else []
    results += [result for result in setting.evidence.results_of(MARKET_DATA) if _asked(result)]
    end = closing(setting, results, ("tvl", f"{_SECTION}.total_tvl_usd", f"{_SECTION}.top_protocols")) if said else ""
    return Draft(join_paragraphs(" ".join(filter(None, (*said, why, past))), end), facts)


def _asked(result: Result) -> bool:
    metrics = result.arguments.get("metrics")
    return isinstance(metrics, list) and "liquidity" in metrics


def _why_none(part: Part | None, missing: Sequence[str]) -> str:
    if not missing:
        return ""
    reason = f" ({part.why('total_tvl_usd')})" if part and total_locked(part) is None else ""
    known = ": the overview lists the largest chains and protocols alone" if not reason else ""
    return f"The tools have no value locked of {join_names(missing, 'or')}{known}{reason}."


def _of_asset(setting: Setting, part: Part | None, asset: AssetRef) -> tuple[str, list[Fact]]:
    """As a protocol by its coin, else as a protocol or a chain that the overview lists."""
    for result in setting.evidence.results_of(MARKET_DATA):
        for at, row in enumerate(result.rows("results")):
            value = result.figure("results", at, "tvl")
            if str(row.get("asset_id")) == str(asset.asset_id) and value is not None:
                text = _protocol_sentence(setting, part, asset, value, to_decimal(row.get("market_cap")))
                return text, [fact_at(result, "tvl", value, "USD", symbol=asset.symbol)]
    name = _CHAIN_OF.get(asset.asset_id if isinstance(asset.asset_id, int) else 0, asset.name.lower())
    said = _of_chain(part, name)
    return said if said[0] else _of_protocol(part, asset)


def _of_protocol(part: Part | None, asset: AssetRef) -> tuple[str, list[Fact]]:
    """Of the largest protocols the share in the whole is computed."""
    row, total = _listed(part, "top_protocols", asset.name.lower()), total_locked(part)
    value = to_decimal(row.get("tvl_usd")) if row else None
    if part is None or value is None or not total:
        return "", []
    share = percent(value / total * 100, signed=False)
    text = f"{shown(asset.label, 110)} has **{big_money(value)}** locked, {share} of all DeFi (computed)."
    return text, [fact_at(part.result, f"{_SECTION}.top_protocols", value, "USD")]


def _protocol_sentence(
    setting: Setting, part: Part | None, asset: AssetRef, value: Decimal, market_cap: Decimal | None
) -> str:
    row = _listed(part, "top_protocols", asset.name.lower())
    changes = [
        f"{change} over {words}"
        for field, words in (("change_1d_pct", "a day"), ("change_7d_pct", "7 days"))
        if row and (change := percent(row.get(field)))
    ]
    text = f"{shown(asset.label, 110)} has **{big_money(value)}** locked"
    text += f" ({join_names(changes)})." if changes else "."
    if setting.is_detailed and market_cap is not None and value:
        text += f" Its market cap is {trimmed(market_cap / value, 2)} times that (computed)."
    return text


def _listed(part: Part | None, rows: str, name: str) -> Mapping[str, Any] | None:
    return next((row for row in part.rows(rows) if row_name(row).lower() == name), None) if part else None


def _of_chain(part: Part | None, name: str) -> tuple[str, list[Fact]]:
    row = _listed(part, "top_chains", name)
    value = to_decimal(row.get("tvl_usd")) if row else None
    if part is None or row is None or value is None:
        return "", []
    share = percent(row.get("share_pct"), signed=False)
    tail = f", a share of {share} of all chains" if share else ""
    text = f"On {row_name(row)} **{big_money(value)}** is locked{tail}."
    return text, [fact_at(part.result, f"{_SECTION}.top_chains", value, "USD")]


def _facts(part: Part) -> list[Fact]:
    paths = ("total_tvl_usd", "dex_volume_24h_usd", "market_cap")
    known = [(path, value) for path in paths if (value := part.figure(path)) is not None]
    return [fact_at(part.result, f"{_SECTION}.{path}", value, "USD") for path, value in known]


def _follow(plan: Plan, text: str) -> Plan | None:
    """ "And what is Ethereum's share?": of what was asked before; whose it is, the text's assets say."""
    is_short = len(text.split()) <= 8
    is_share = is_short and SHARE.search(text.lower()) is not None
    return structs.replace(plan, slots=TvlSlots("named", wants_share=True)) if is_share else None


SKILL = Skill(
    name="tvl",
    title="value locked in DeFi",
    examples=("total value locked in DeFi", "TVL of Solana", "Aave TVL", "Are liquid staking protocols gaining TVL?"),
    tools=(MARKET_OVERVIEW, MARKET_DATA, ASSET_SCREENER),
    recognise=_recognise,
    calls=_calls,
    write=_write,
    assets="optional",
    follow=_follow,
)
