"""Holders: how many addresses hold an asset, how large and how long, and which part of it whales have."""

# ruff: noqa: E501 - a phrase table reads better with one entry a line

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from msgspec import Struct

from cryptodesk.core.patterns import Pattern
from cryptodesk.models.analyst import intents
from cryptodesk.models.analyst.calls import Call
from cryptodesk.models.analyst.formats import number, percent
from cryptodesk.models.analyst.reading import Reading
from cryptodesk.models.analyst.skills._profile import Profile, metadata_calls, names_asset, profiles, unanswered
from cryptodesk.models.analyst.skills._skill import Ask, Claim, Skill
from cryptodesk.models.analyst.tool_names import ASSET_METADATA
from cryptodesk.models.analyst.writer.draft import Draft, Fact, Setting, join_names, join_paragraphs
from cryptodesk.models.analyst.writer.sourcing import closing
from cryptodesk.models.analyst.writer.table import table

__all__ = ["SKILL", "HolderSlots"]

_NAMED = Pattern(
    r"\bhold(?:er|ers|ings?)\b|\bwhales?\b|\bhow many (?:people|wallets|addresses|accounts|users|investors)\b.{0,25}\b(?:hold|own|have)\b|\bhow many (?:people )?own\b|\brich ?list\b|\b(?:token|supply|ownership|wallet) concentration\b|\bconcentrat\w+\b.{0,30}\b(?:supply|ownership|hands|wallets)\b|\bwho (?:owns|holds) (?:the )?(?:most|largest|biggest)\b|\b(?:top|largest|biggest|richest) (?:wallets?|addresses|owners?|accounts?)\b|\bdiamond hands\b|\blong[- ]term holders?\b|\bactive (?:wallets?|addresses)\b|\bsmart[- ]?money\b|\b(?:large|big) (?:wallet|transaction)s?\b"
)
_NOT_OURS = Pattern(
    r"\b(?:treat(?:ed|s|ing)?|reward(?:ed|s|ing)?|hurt|punish\w*|pa(?:id|ys)|serv(?:ed|es)|enrich\w*|made|cost|(?:been |was )?(?:kind|kinder|good|better|nice|nicer|cruel|brutal|generous) to)\b.{0,20}\bholders\b|\b(?:buy and|should i|i'?m|am i|i) hold\w*\b|\bmy holdings?\b|\bstakeholders?\b|\bholders? (?:get|receive|eligible)\b|\bwhat (?:is|are) (?:a |an )?(?:whales?|holders?|active addresses)\b|\bexplain\b|\bmean\b|\bairdrops?\b|\bexchange (?:reserves|holdings)\b|\betfs?\b|\bholding company\b|\bportfolio\b|\b(?:bullish|bearish|sentiment)\b|\bgrayscale\b|\bmicrostrategy\b|\bnfts?\b|\b0x[0-9a-f]{6,}|\bhold(?:ing|s)? (?:above|below|up|on|steady|strong|firm|out|together|its|their|the line|back|well|support|\$|\d)\b|\bhold(?:ing|s)? \$?\d|\b(?:holding|hold) (?:the )?(?:level|gains|ground)\b|\bnews\b"
)
_TOPS = Pattern(r"\b(?:top|largest|biggest|richest|rich ?list|who (?:owns|holds|are the))\b")
_FLOWS = Pattern(
    r"\b(?:accumulat\w+|buying|selling|dump\w*|mov(?:e|es|ing|ement)|transfer\w*|activity|doing|active|smart[- ]?money|transactions?|daily|monthly)\b"
)
_GROWTH = Pattern(r"\b(?:growth|grow\w*|increas\w*|over time|trend|change|last (?:week|month|year)|history)\b")
_BY_VALUE = (
    ("usd0To1k", "with up to $1,000"),
    ("usd1kTo100k", "with $1,000 to $100,000"),
    ("usd100kPlus", "with over $100,000"),
)
_BY_TIME = (("traders", "traders"), ("cruisers", "cruisers"), ("holders", "long-term holders"))


class HolderSlots(Struct, frozen=True):
    """What is asked of that no tool carries: single addresses, flows, or change over time."""

    wants_names: bool = False
    wants_flows: bool = False
    wants_growth: bool = False


def _recognise(reading: Reading) -> Claim | None:
    masked = reading.masked
    if not _NAMED.search(masked) or reading.says(_NOT_OURS) or intents.wants_advice(reading.lowered):
        return None
    slots = HolderSlots(
        _TOPS.search(masked) is not None, _FLOWS.search(masked) is not None, _GROWTH.search(masked) is not None
    )
    if names_asset(reading):
        return Claim(0.97 if reading.is_known else 0.93, slots)
    return None


def _calls(ask: Ask) -> Sequence[Call]:
    return metadata_calls(ask, "holders")


def _write(setting: Setting) -> Draft:
    found = profiles(setting, _calls)
    slots = setting.plan.slots if isinstance(setting.plan.slots, HolderSlots) else HolderSlots()
    drafts = [_one(setting, profile) for profile in found]
    has_any = any(draft.facts for draft in drafts)
    listed = _compared(found) if len(found) > 1 and has_any and not setting.is_brief else ""
    text = join_paragraphs(
        *(draft.text for draft in drafts), listed, _absent(slots), unanswered(setting, found, setting.evidence),
        closing(setting, [profile.result for profile in found[:1]], ("holders",)) if has_any else "",
    )  # fmt: skip
    return Draft(text, tuple(fact for draft in drafts for fact in draft.facts))


def _one(setting: Setting, profile: Profile) -> Draft:
    count = profile.figure("holders", "count")
    whales = profile.figure("holders", "circulatingSupplyDistribution", "whales", "percent")
    if count is None and whales is None:
        return Draft(f"Who holds {profile.name} is not known: {profile.reason('holders')}.")
    said = (
        [f"**{number(count)}** addresses hold it"] if count is not None else ["how many addresses hold it is not known"]
    )
    if whales is not None:
        said.append(f"those with over 1% of the supply each hold **{percent(whales, signed=False)}** of it in all")
    lead = f"{profile.name}: {join_names(said)}."
    parts = [] if setting.is_brief else [_by_value(profile), _by_time(profile)]
    note = (
        "An address is no person: an exchange's holds the coins of many."
        if setting.is_detailed or whales is not None
        else ""
    )
    facts = _facts(profile)
    return Draft(" ".join(filter(None, (lead, *parts, "" if setting.is_brief else note))), facts)


def _by_value(profile: Profile) -> str:
    said = _parts(profile, "addressesByHoldingValue", _BY_VALUE)
    return f"By what they hold: {said}." if said else ""


def _by_time(profile: Profile) -> str:
    said = _parts(profile, "addressesByHoldingTime", _BY_TIME)
    return f"By how long: {said}." if said else ""


def _parts(profile: Profile, field: str, names: Sequence[tuple[str, str]]) -> str:
    said = [_part(profile.at("holders", field, key), label) for key, label in names]
    return join_names([each for each in said if each])


def _part(cell: object, label: str) -> str:
    if not isinstance(cell, Mapping) or (count := number(cell.get("count"))) is None:
        return ""
    share = percent(cell.get("percent"), signed=False)
    return f"{count} {label}{f' ({share})' if share else ''}"


def _compared(found: Sequence[Profile]) -> str:
    rows = [
        [
            profile.name,
            number(profile.figure("holders", "count")),
            percent(profile.figure("holders", "circulatingSupplyDistribution", "whales", "percent"), signed=False),
        ]
        for profile in found
    ]
    return table(["Asset", "Addresses", "Held by whales"], rows)


def _absent(slots: HolderSlots) -> str:
    """What was asked besides and no tool here carries."""
    lacks = []
    if slots.wants_names:
        lacks.append("single addresses and their owners")
    if slots.wants_flows:
        lacks.append("what wallets bought, sold or sent, and how many are active")
    if slots.wants_growth:
        lacks.append("how these counts changed over time")
    return f"No tool here carries {join_names(lacks)}." if lacks else ""


def _facts(profile: Profile) -> tuple[Fact, ...]:
    paths = (("count",), ("circulatingSupplyDistribution", "whales", "percent"))
    found = [(path, profile.figure("holders", *path)) for path in paths]
    limits = (
        profile.fact(f"holders.{name}.limit", Decimal(limit), "USD")
        for name, limit in (("usd0To1k", 1_000), ("usd1kTo100k", 100_000))
        if profile.figure("holders", "count") is not None
    )
    figures = tuple(
        profile.fact("holders." + ".".join(path), value, "percent" if path[-1] == "percent" else "")
        for path, value in found
        if value is not None
    )
    return (*figures, *limits)


SKILL = Skill(
    name="holders",
    title="holders and whales",
    examples=("how many holders does UNI have", "who are the top holders of BNB", "whales in ETH"),
    tools=(ASSET_METADATA,),
    recognise=_recognise,
    calls=_calls,
    write=_write,
    assets="needed",
)
