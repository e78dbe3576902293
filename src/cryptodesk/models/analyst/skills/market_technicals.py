"""Technical analysis of the whole market: the same indicators on the total crypto market cap."""

from __future__ import annotations

from collections.abc import Sequence

from cryptodesk.core.patterns import Pattern
from cryptodesk.models.analyst.calls import Call
from cryptodesk.models.analyst.questions import Plan
from cryptodesk.models.analyst.reading import Reading
from cryptodesk.models.analyst.skills._skill import Ask, Claim, Skill
from cryptodesk.models.analyst.skills._technical_asked import Slots, read_topics
from cryptodesk.models.analyst.skills._technical_text import (
    RSI_RULE,
    distance_facts,
    indicator_rows,
    levels_table,
    summary,
    verdict,
)
from cryptodesk.models.analyst.skills._technical_text import Reading as Technical
from cryptodesk.models.analyst.skills._wording import asks_for_action, is_concept, is_list
from cryptodesk.models.analyst.tool_names import TECHNICAL_ANALYSIS
from cryptodesk.models.analyst.writer.draft import Draft, Setting, join_paragraphs
from cryptodesk.models.analyst.writer.sourcing import closing
from cryptodesk.models.analyst.writer.table import table

__all__ = ["SKILL"]

_MARKET = Pattern(
    r"\b(?:total|whole|entire|overall|global|general) (?:crypto ?(?:currency)? ?)?market\b"
    r"|\bcrypto ?(?:currency)? market\b"
    r"|\btotal (?:crypto )?market cap\b|\b(?:is|of|for|on) the market\b|\bmarket (?:overbought|oversold)\b"
)


def _recognise(reading: Reading) -> Claim | None:
    if reading.is_known or not reading.says(_MARKET):
        return None
    slots = read_topics(reading.masked)
    if slots is None or is_concept(reading) or is_list(reading) or asks_for_action(reading):
        return None
    # Surer than the overview, which takes "total market cap" for its own.
    return Claim(0.98, slots)


def _slots(plan: Plan) -> Slots:
    return plan.slots if isinstance(plan.slots, Slots) else Slots()


def _calls(ask: Ask) -> Sequence[Call]:
    interval = _slots(ask.plan).interval
    return (Call(TECHNICAL_ANALYSIS, {"asset_type": "total_market_cap", "interval": interval}),)


def _write(setting: Setting) -> Draft:
    slots = _slots(setting.plan)
    result = setting.evidence.results_of(TECHNICAL_ANALYSIS)[-1]
    reading = Technical(result, "the total crypto market cap", slots.interval, is_market=True)
    if reading.close is None:
        return Draft(f"There is no technical analysis of {reading.name}: {reading.why('close')}.")
    lead = summary(reading)
    if slots.is_verdict and (said := verdict(reading)):
        lead = f"{said} {lead}"
    tables: list[str] = []
    if not setting.is_brief:
        tables.append(table(["Indicator", "Value", "Reading"], indicator_rows(reading)))
        tables.append(table(["Level", "Value", "From the close"], levels_table(reading)))
    text = join_paragraphs(lead, *tables, "" if setting.is_brief else RSI_RULE, closing(setting, (result,)))
    rsi = reading.figure("rsi", "rsi14")
    found = [("close", reading.close), *([("rsi.rsi14", rsi)] if rsi is not None else [])]
    return Draft(text, (*(reading.fact(field, value) for field, value in found), *distance_facts(reading)))


SKILL = Skill(
    name="market_technicals",
    title="technical indicators of the whole market",
    examples=(
        "Is the crypto market overbought?",
        "RSI of the total market cap",
        "technical analysis of the crypto market",
    ),
    tools=(TECHNICAL_ANALYSIS,),
    recognise=_recognise,
    calls=_calls,
    write=_write,
)
