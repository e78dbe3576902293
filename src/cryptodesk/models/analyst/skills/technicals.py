"""Technical analysis of named assets: RSI, MACD, averages, levels, bands, true range and crosses of the latest bar."""

# ruff: noqa: E501 - a sentence of an answer reads better on one line

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from msgspec import structs

from cryptodesk.core.patterns import Pattern
from cryptodesk.models.analyst.calls import Call
from cryptodesk.models.analyst.ports import AssetId
from cryptodesk.models.analyst.questions import AssetRef, Plan
from cryptodesk.models.analyst.reading import Reading
from cryptodesk.models.analyst.results import Result
from cryptodesk.models.analyst.skills._skill import Ask, Claim, Skill
from cryptodesk.models.analyst.skills._technical_asked import ALL_TOPICS, Slots, Topic, asked_interval, read_topics
from cryptodesk.models.analyst.skills._technical_bars import bars_call, needs_bars, said_of_bars
from cryptodesk.models.analyst.skills._technical_text import (
    RSI_RULE,
    assets_row,
    distance_facts,
    indicator_rows,
    levels_table,
    rsi_word,
    said,
    said_averages,
    summary,
    verdict,
)
from cryptodesk.models.analyst.skills._technical_text import Reading as Technical
from cryptodesk.models.analyst.skills._wording import asks_for_action, is_about_asset, is_concept, is_list
from cryptodesk.models.analyst.text import shown
from cryptodesk.models.analyst.tool_names import MARKET_DATA, TECHNICAL_ANALYSIS
from cryptodesk.models.analyst.writer.draft import Draft, Fact, Setting, join_names, join_paragraphs
from cryptodesk.models.analyst.writer.sourcing import closing
from cryptodesk.models.analyst.writer.table import table

__all__ = ["SKILL", "technical_calls", "unsupported"]

_HUNDREDTH = Decimal("0.01")

_INDICATORS: dict[Topic, str] = {
    "rsi": "rsi", "macd": "macd", "averages": "moving_averages", "levels": "pivot_points", "fibonacci": "fibonacci",
}  # fmt: skip
_WHY = Pattern(r"^why\b|\bwhy (?:is|are|did|does)\b")
# Facts of others that stand beside a level or a break of it, and that indicators do not tell.
_OTHERS = Pattern(r"\bon[- ]chain\b|\bsupports? (?:staking|lightning|evm|smart contracts)\b|\bcustomer support\b")


def _recognise(reading: Reading) -> Claim | None:
    slots = read_topics(reading.masked) if is_about_asset(reading) else None
    if slots is None or is_concept(reading) or is_list(reading):
        return None
    if reading.says(_WHY) or reading.says(_OTHERS) or asks_for_action(reading):
        return None
    return Claim(0.97, slots)


def _calls(ask: Ask) -> Sequence[Call]:
    return technical_calls(ask.ids, _slots(ask.plan))


def technical_calls(ids: Sequence[AssetId], slots: Slots) -> list[Call]:
    """One call an asset for what the tool gives, one for the bars that the rest is drawn from."""
    calls: list[Call] = []
    for asset_id in ids:
        wanted = [_INDICATORS[topic] for topic in _topics(slots) if topic in _INDICATORS]
        if wanted:
            arguments = {"asset_type": "coin", "id": asset_id, "interval": slots.interval}
            whole = len(wanted) == len(_INDICATORS)
            calls.append(Call(TECHNICAL_ANALYSIS, arguments if whole else {**arguments, "indicators": wanted}))
        if needs_bars(slots):
            calls.append(bars_call(asset_id, slots))
    return calls


def _slots(plan: Plan) -> Slots:
    return plan.slots if isinstance(plan.slots, Slots) else Slots()


def _topics(slots: Slots) -> tuple[Topic, ...]:
    """What is said: averages of the tool's own lengths come from it, those of others from the bars."""
    own = slots.topics or ALL_TOPICS
    if slots.lengths and not slots.are_of_tool and "averages" in own:
        return tuple(topic for topic in own if topic != "averages")
    return own


def _write(setting: Setting) -> Draft:
    slots, assets = _slots(setting.plan), setting.resolved.assets
    readings = [_reading(asset, setting, slots) for asset in assets]
    found = [one for one in readings if one is not None]
    lead = unsupported(slots)
    if len(found) > 1 and not needs_bars(slots) and not slots.are_of_tool:
        body, facts = _several(setting, found, slots)
    else:
        parts = [_single(setting, asset, reading, slots) for asset, reading in zip(assets, readings, strict=True)]
        body = join_paragraphs(*(text for text, _ in parts))
        facts = tuple(fact for _, some in parts for fact in some)
    used = [one.result for one in found if one.close is not None] + [
        result for result in setting.evidence.results_of(MARKET_DATA) if needs_bars(slots)
    ]
    facts = (*facts, *(fact for one in found for fact in distance_facts(one)))
    return Draft(join_paragraphs(lead, body, _meaning(setting), closing(setting, used)), facts)


def _reading(asset: AssetRef, setting: Setting, slots: Slots) -> Technical | None:
    for result in setting.evidence.results_of(TECHNICAL_ANALYSIS):
        if str(result.at("asset_id")) == str(asset.asset_id) and result.at("interval") == slots.interval:
            return Technical(result, _name(asset, result), slots.interval)
    return None


def _name(asset: AssetRef, result: Result) -> str:
    return shown(asset.name, 80) or result.words("name") or shown(asset.text, 80)


def unsupported(slots: Slots) -> str:
    """What was asked that no tool computes."""
    if not slots.patterns:
        return ""
    named = join_names([f"“{shown(word, 40)}”" for word in slots.patterns], "or")
    return f"No tool here computes or recognises {named}, so I cannot say whether that is on the chart; these are the indicators there are."


def _single(setting: Setting, asset: AssetRef, reading: Technical | None, slots: Slots) -> tuple[str, tuple[Fact, ...]]:
    parts: list[str] = []
    facts: list[Fact] = []
    if reading is not None and reading.close is None:
        return f"There is no technical analysis of {reading.name}: {reading.why('close')}.", ()
    if reading is not None:
        text, found = _from_tool(setting, reading, slots)
        parts.append(text)
        facts += found
    if needs_bars(slots):
        text, found = said_of_bars(setting, asset, slots)
        parts.append(text)
        facts += found
    return join_paragraphs(*parts), tuple(facts)


def _from_tool(setting: Setting, reading: Technical, slots: Slots) -> tuple[str, tuple[Fact, ...]]:
    topics = [topic for topic in _topics(slots) if topic in _INDICATORS]
    texts = [_of_topic(reading, topic, slots) for topic in topics]
    facts = tuple(fact for _, some in texts for fact in some)
    if slots.topics:
        return _chosen(setting, reading, slots, [text for text, _ in texts]), facts
    lead = summary(reading) or f"There is no technical analysis of {reading.name}: {reading.why('close')}."
    if setting.is_brief:
        return lead, facts
    tables = [
        table([head, "Value", "Reading"], rows) for head, rows in (("Indicator", indicator_rows(reading)),) if rows
    ]
    tables += [table(["Level", "Price", "From the close"], rows) for rows in (levels_table(reading),) if rows]
    return join_paragraphs(lead, *tables, f"{said(reading, 'fibonacci')[0]} {_rule(topics)}"), facts


def _of_topic(reading: Technical, topic: Topic, slots: Slots) -> tuple[str, tuple[Fact, ...]]:
    if topic == "averages" and slots.are_of_tool:
        return said_averages(reading, slots.lengths, is_exponential=slots.is_exponential)
    return said(reading, topic)


def _chosen(setting: Setting, reading: Technical, slots: Slots, texts: Sequence[str]) -> str:
    """The topics that were named, the first first, and of which bar they are."""
    lead = (verdict(reading) if slots.is_verdict else "") or texts[0]
    bar = f"That is of the {reading.bar}, with a close of {reading.price(reading.close)}."
    rest = [] if setting.is_brief else [*texts[1:], _rule(_topics(slots))]
    return " ".join(filter(None, (lead, bar, *rest)))


def _rule(topics: Sequence[Topic]) -> str:
    return RSI_RULE if "rsi" in topics else ""


def _several(setting: Setting, readings: Sequence[Technical], slots: Slots) -> tuple[str, tuple[Fact, ...]]:
    facts = tuple(
        fact for one in readings for topic in _topics(slots) if topic in _INDICATORS for fact in said(one, topic)[1]
    )
    known = [one for one in readings if one.close is not None]
    absent = " ".join(
        f"There is no technical analysis of {one.name}: {one.why('close')}." for one in readings if one.close is None
    )
    parts = [
        f"{one.name}: RSI(14) **{value.quantize(_HUNDREDTH)}**, {rsi_word(value)}"
        for one in known
        if (value := one.figure("rsi", "rsi14")) is not None
    ]
    bar = f"At the {known[0].bar}" if known else ""
    lead = f"{bar}, {'; '.join(parts)}." if parts else ""
    if setting.is_brief and lead:
        return join_paragraphs(lead, absent), facts
    rows = [assets_row(one) for one in known]
    columns = ["Asset", "Close", "RSI(14)", "MACD", "From SMA(30)", "From SMA(200)", "Support 1", "Resistance 1"]
    kept = [at for at in range(len(columns)) if at == 0 or any(row[at] not in {None, "n/a"} for row in rows)]
    body = table([columns[at] for at in kept], [[row[at] for at in kept] for row in rows]) if rows else ""
    return join_paragraphs(lead, body, _rule(_topics(slots)) if parts else "", absent), facts


def _meaning(setting: Setting) -> str:
    if not setting.is_detailed:
        return ""
    return "Indicators are arithmetic on past prices: they describe the bar they are of, and they are no forecast and no advice."


def _follow(plan: Plan, text: str) -> Plan | None:
    interval = asked_interval(text)
    return None if interval is None else structs.replace(plan, slots=structs.replace(_slots(plan), interval=interval))


SKILL = Skill(
    name="technicals",
    title="technical indicators of an asset",
    examples=(
        "RSI of BTC",
        "TA of ETH on the daily",
        "is SOL overbought?",
        "support and resistance of XRP",
        "50 and 200 day moving averages of BTC",
    ),
    tools=(TECHNICAL_ANALYSIS, MARKET_DATA),
    recognise=_recognise,
    calls=_calls,
    write=_write,
    assets="needed",
    follow=_follow,
)
