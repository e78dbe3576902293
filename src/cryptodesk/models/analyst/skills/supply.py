"""Supply: how many coins there are, how many there can be, which share of them is out, and who was given them."""

# ruff: noqa: E501 - a phrase table reads better with one entry a line

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from msgspec import Struct

from cryptodesk.core.patterns import Pattern
from cryptodesk.models.analyst import intents
from cryptodesk.models.analyst.calls import Call
from cryptodesk.models.analyst.formats import coins, number, percent
from cryptodesk.models.analyst.questions import AssetRef
from cryptodesk.models.analyst.reading import Reading
from cryptodesk.models.analyst.skills._own import own_results
from cryptodesk.models.analyst.skills._passages import Passage, cite, passages_closing, read_passages
from cryptodesk.models.analyst.skills._profile import Profile, metadata_calls, names_asset, profiles, unanswered
from cryptodesk.models.analyst.skills._skill import Ask, Claim, Skill
from cryptodesk.models.analyst.text import shown
from cryptodesk.models.analyst.tool_names import ASSET_METADATA, CONTENT_SEARCH
from cryptodesk.models.analyst.writer.draft import Draft, Fact, Setting, join_names, join_paragraphs
from cryptodesk.models.analyst.writer.sourcing import closing, moment
from cryptodesk.models.analyst.writer.table import table

__all__ = ["SKILL", "SupplySlots"]

_NAMED = Pattern(
    r"\b(?:percent\w*|share|part|portion|fraction|proportion|%|how much|how far|ratio|slice)\b.{0,50}(?<!far from )(?:\bout (?:there|already|now|yet|so far)\b|\bon the market\b|(?:\b(?:its|the|of|from|hard|supply) )(?:max(?:imum)?|cap|limit|ceiling)\b(?! (?:price|drawdown|gain|loss|value))|\bof _+(?:'s)? (?:max(?:imum)?|cap|total)\b|(?<!_)_+(?:'s)? (?:max(?:imum)?|total|cap)\b|\b21 ?(?:m|million)\b|\bexist(?:s|ing)?\b|\bin existence\b|\bcreated\b)"
    r"|\b(?:circulating|outstanding|issued|mined|circulation)\b.{0,24}\b(?:vs\.?|versus|against|of|out of|to|relative to|compared (?:to|with)) (?:the |its |their )?(?:max(?:imum)?|total|cap|limit)\b|\b(?:yet|still) (?:un)?(?:mined|minted|issued|released|to come|to go|to be (?:mined|minted|issued|released))\b|\b(?:unmined|unminted|unissued)\b|\b(?:still|yet) (?:missing|outstanding|to (?:be )?found)\b|\bheld back\b|\bnot (?:yet )?(?:in circulation|circulating)\b|\bhow (?:far|close) (?:is|are) .{1,30}\b(?:from|to) (?:its|the|their) (?:max(?:imum)?|cap|limit|hard cap|supply)\b|\btokenomics?\b|\b(?:token|coin|supply) (?:allocation|distribution|economics|split|schedule)s?\b|\ballocations?\b|\bsupply (?:schedule|breakdown|details?|data|info\w*|figures?|inflation)\b|\binflation(?:ary)? (?:rate|schedule|of|model)\b|\b(?:is|are) .{0,30}\b(?:in|de)flationary\b"
    r"|\bburn(?:s|ed|ing|t)?\b|\b(?:percent\w*|share|part|how much|portion|fraction|%) .{0,40}\b(?:supply|issued|circulati\w+|mined|minted|released|in circulation)\b|\bsupply\b.{0,30}\b(?:issued|released|percent\w*|left|remaining)\b"
    r"|\bhow many\b.{0,40}\b(?:left|remain\w*|yet to be|still to be|to be) ?(?:to )?(?:be )?(?:mine|mined|minted|issued|released)?\b|\b(?:left|remaining) to (?:be )?(?:mine|mint|issue)d?\b|\bunlimited supply\b|\b(?:infinite|capped|fixed|limited) supply\b|\bsupply (?:cap|limit|of all)\b|\btotal supply,? circulating supply\b|\bmax(?:imum)?,? (?:and )?(?:total|circulating) supply\b"
)
_PLAIN = Pattern(r"\b(?:circulating|total|max(?:imum)?) supply\b|\bsupply\b")
# One word "supply" for two of its figures: "circulating vs total supply".
_TWO_KINDS = Pattern(
    r"\b(?:circulating|total|max(?:imum)?|capped|outstanding)(?: supply)?\W+(?:(?:and|vs\.?|versus|v|or|against|to|compared (?:to|with)|the|its) ?\W*){1,3}(?:circulating|total|max(?:imum)?|capped)\b.{0,12}\bsupply\b"
    r"|\bsupply\b.{0,12}\b(?:circulating|total|max(?:imum)?)\W+(?:(?:and|vs\.?|versus|or|&) ?)?\W*(?:circulating|total|max(?:imum)?)\b"
)
_HALVING = Pattern(r"\bhalvings?\b|\bblock rewards?\b|\bwhen\b.{0,40}\b(?:mined|issued|last)\b|\bissuance\b")
_ELSEWHERE = Pattern(
    r"\bunlock\w*\b|\bvesting\b|\block-?ups?\b|\bairdrops?\b|\bwhat (?:is|are) (?:tokenomics|token burn\w*|inflation)\b|\bhow does\b|\bportfolio\b|\bsupply (?:and demand|chain)\b|\bcorrelat\w+\b|\bgas\b|\bbase fee\b"
)
_SPLIT = Pattern(r"\ballocat\w+\b|\bdistribut\w+\b|\btokenomics?\b|\bincentives?\b|\bburn\w*\b|\binflation\w*\b")
_TOLD = Pattern(
    r"\ballocat\w+|\bdistribut\w+|\bper ?cent of the (?:supply|tokens)|\bpercent of the (?:supply|tokens|coins)|\bissu(?:ed|ance)\b|\bburn\w*|\bgenesis\b|\btreasury\b|\bemission\b|\binflation\b",
    re.IGNORECASE,
)
# The plural is no name of the asset list.
_COUNTED = Pattern(
    r"\b(?:how many|number|count|amount|quantity|total)\b.{0,40}\b(?:exist\w*|existence|there|around|out|circulat\w+|mined|issued|minted|created|produced|so far|today|now|ever|world|altogether|in total|overall)\b|\bin (?:existence|circulation)\b"
)
_BITCOINS, _BITCOIN = Pattern(r"\bbitcoins\b"), AssetRef(1, "BTC", "Bitcoin", "bitcoins")
_FIGURES = (("circulating_supply", "Circulating"), ("total_supply", "Total"), ("max_supply", "Maximum"))


# Whether there is a limit, or what it is; the cap of a market is none of the supply.
_CAP = Pattern(
    r"\b(?:un)?capped\b|\b(?:hard|supply|issuance|fixed|upper) ?-?(?:cap|limit|ceiling)s?\b|\b(?:cap|limit|ceiling) (?:on|to|for) (?:the |its )?(?:supply|number|_+|how many)"
    r"|\bsupply (?:is |of _+ )?(?:really |actually |still )?(?:un)?(?:limited|fixed|finite|infinite|endless)\b|\b(?:un)?(?:limited|fixed|finite|infinite|endless) (?:supply|number of (?:coins|tokens))\b"
    r"|\bmax(?:imum)?[ -](?:supply|number of (?:coins|tokens))\b|\bhow many\b.{0,40}\b(?:will|can) (?:there )?ever\b"
)
_CAP_ALONE = Pattern(
    r"^(?:(?:so|and|ok|hey)[, ]+)*(?:is|are|does|do|has|isn't|doesn't)\b.{0,50}\b(?:(?:a|any|no) (?:cap|max(?:imum)?|limit)\b|supply\b.{0,20}\b(?:limited|unlimited|infinite|finite|fixed))"
)
_NO_CAP = Pattern(r"\bmarket[- ]?cap|\b(?:mcap|fdv|fully diluted|small|mid|large|total supply|circulating supply)\b")
_YES_NO = Pattern(r"^(?:(?:so|and|ok|hey|please)[, ]+)*(?:is|are|does|do|has|have|isn't|doesn't)\b")
_UNLIMITED = Pattern(r"\b(?:uncapped|unlimited|infinite|endless|no (?:cap|max|limit))\b|\b(?:isn't|doesn't|not)\b")


class SupplySlots(Struct, frozen=True):
    """`wants_split` tells that it is asked who was given the tokens, or how their number changes; `wants_cap` that it
    is asked for the limit."""

    wants_split: bool = False
    wants_cap: bool = False


def _has_subject(reading: Reading) -> bool:
    return names_asset(reading) or _BITCOINS.search(reading.lowered) is not None


def _recognise(reading: Reading) -> Claim | None:
    if (
        reading.says(_HALVING)
        or reading.says(_ELSEWHERE)
        or not _has_subject(reading)
        or intents.wants_advice(reading.lowered)
    ):
        return None
    is_cap = _CAP.search(reading.masked) is not None or _CAP_ALONE.search(reading.masked) is not None
    is_cap = is_cap and reading.says(_YES_NO) and _NO_CAP.search(reading.masked) is None
    slots = SupplySlots(reading.says(_SPLIT), is_cap)
    if is_cap and reading.is_known:
        return Claim(0.97, slots)
    is_count = (
        reading.says(_NAMED) or reading.says(_COUNTED) or {"circulating_supply", "max_supply"} & {*reading.measures}
    )
    if _BITCOINS.search(reading.lowered) and not reading.is_known and is_count:
        return Claim(0.97, slots, (_BITCOIN,))
    if reading.says(_NAMED):
        return Claim(0.97 if reading.is_known else 0.93, slots)
    # A single figure of an asset is a plain quote; a question of several is one of the supply as a whole.
    kinds = len(set(reading.measures) & {"circulating_supply", "total_supply", "max_supply"})
    is_several = kinds > 2 or (kinds < 2 and reading.is_known and reading.says(_TWO_KINDS))
    return Claim(0.97 if is_several and kinds < 3 else 0.955, slots) if is_several and reading.says(_PLAIN) else None


def _calls(ask: Ask) -> Sequence[Call]:
    calls = list(metadata_calls(ask, "supply"))
    slots = ask.plan.slots
    if calls and isinstance(slots, SupplySlots) and slots.wants_split:
        names = " ".join(asset.name for asset in ask.assets[:2])
        arguments = {
            "query": f"{names} token supply allocation, distribution, issuance, burn"[:200],
            "content_types": ["cmc_editorial", "project_faq", "project_website"],
            "ids": list(ask.ids)[:3],
            "limit": 4,
        }
        calls.append(Call(CONTENT_SEARCH, arguments))
    return calls


def _write(setting: Setting) -> Draft:
    found = profiles(setting, _calls)
    searched = own_results(setting, _calls, CONTENT_SEARCH)
    quoted, used = _split(setting, read_passages(searched), found)
    body, facts = _several(found) if len(found) > 1 else _single(setting, found)
    results = [profile.result for profile in found[:1]]
    text = join_paragraphs(
        body, quoted, unanswered(setting, found, setting.evidence), closing(setting, results, ("infinite_supply", *(name for name, _ in _FIGURES))) if any(facts) else _dated(found),
        passages_closing(setting, searched, used) if used else "",
    )  # fmt: skip
    return Draft(text, tuple(facts))


def _dated(found: Sequence[Profile]) -> str:
    return f"_As of {moment(found[0].result.as_of)}._" if found else ""


def _single(setting: Setting, found: Sequence[Profile]) -> tuple[str, list[Fact]]:
    if not found:
        return "", []
    profile = found[0]
    known = [(name, label, v) for name, label in _FIGURES if (v := profile.figure(name)) is not None]
    facts = [profile.fact(name, value, profile.symbol) for name, _, value in known] + _left_facts(profile)
    if not known:
        return f"The supply of {profile.name} is not known: {profile.reason(*(name for name, _ in _FIGURES))}.", []
    slots = setting.plan.slots
    cap = _cap(setting, profile) if isinstance(slots, SupplySlots) and slots.wants_cap else ""
    if cap and setting.is_brief:
        return cap, facts
    parts = [cap, _lead(profile, known, with_cap=not cap), _left(profile)]
    parts += [] if setting.is_brief else [_issued(profile, "total_supply", "total supply"), _missing(profile)]
    return " ".join(filter(None, parts)), facts


def _lead(profile: Profile, known: Sequence[tuple[str, str, Decimal]], *, with_cap: bool = True) -> str:
    said = [
        f"{label.lower()} **{coins(value, profile.symbol)}**"
        for name, label, value in known
        if with_cap or name != "max_supply"
    ]
    if not said:
        return ""
    is_endless = profile.at("infinite_supply") is True and profile.figure("max_supply") is None
    cap = "; it has no maximum" if is_endless and with_cap else ""
    return f"Supply of {profile.name}: {join_names(said)}{cap}."


def _cap(setting: Setting, profile: Profile) -> str:
    """Whether there is a limit, before the figures; a question that says yes or no is answered so."""
    most, question = profile.figure("max_supply"), setting.question.lower()
    asks = _YES_NO.search(question) is not None
    is_capped = most is not None
    yes = "Yes: " if is_capped != (_UNLIMITED.search(question) is not None) else "No: "
    opening = yes if asks else ""
    if most is not None:
        held = f"**{coins(most, profile.symbol)}**"
        of = profile.short
        return f"{opening}the supply of {of} is capped at {held}." if asks else f"The maximum supply of {of} is {held}."
    if profile.at("infinite_supply") is True:
        said = f"{opening}{profile.short} has no maximum supply."
        return said if opening else said[:1].upper() + said[1:]
    return f"Whether the supply of {profile.short} is capped is not known: {profile.reason('max_supply')}."


def _left(profile: Profile) -> str:
    """What is out of what can ever be, and what is left; computed from the two figures."""
    now, most = profile.figure("circulating_supply"), profile.figure("max_supply")
    if now is None or not most or now > most:
        return ""
    left = most - now
    share = percent(now / most * 100, signed=False)
    rest = percent(left / most * 100, signed=False)
    return (
        f"{share} of the maximum is in circulation, {coins(left, profile.symbol)} ({rest}) are not (computed)."
        if left
        else "All of the maximum is in circulation."
    )


def _left_facts(profile: Profile) -> list[Fact]:
    now, most = profile.figure("circulating_supply"), profile.figure("max_supply")
    if now is None or not most or now > most:
        return []
    return [
        profile.fact("not_in_circulation", most - now, profile.symbol),
        profile.fact("circulation_of_maximum_pct", now / most * 100, "percent"),
        profile.fact("not_in_circulation_pct", (most - now) / most * 100, "percent"),
    ]


def _issued(profile: Profile, field: str, label: str) -> str:
    now, whole = profile.figure("circulating_supply"), profile.figure(field)
    if now is None or not whole or now > whole or whole == profile.figure("max_supply") or whole == now:
        return ""
    return f"Of the {label} {percent(now / whole * 100, signed=False)} circulates (computed)."


def _missing(profile: Profile) -> str:
    absent = [(label, name) for name, label in _FIGURES if profile.figure(name) is None]
    if profile.at("infinite_supply") is True:
        absent = [each for each in absent if each[1] != "max_supply"]
    said = [f"{label.lower()} supply ({profile.reason(name)})" for label, name in absent]
    return f"Not known: {join_names(said)}." if said else ""


def _several(found: Sequence[Profile]) -> tuple[str, list[Fact]]:
    facts: list[Fact] = []
    rows: list[list[str | None]] = []
    for profile in found:
        values = {name: profile.figure(name) for name, _ in _FIGURES}
        facts += [profile.fact(name, value, profile.symbol) for name, value in values.items() if value is not None]
        now, most = values["circulating_supply"], values["max_supply"]
        share = percent(now / most * 100, signed=False) if now is not None and most and now <= most else None
        cap = number(most) if most is not None else "none" if profile.at("infinite_supply") is True else None
        rows.append([profile.name, number(values["circulating_supply"]), number(values["total_supply"]), cap, share])
    lead = f"Supply of {join_names([profile.short for profile in found])}, in coins; the share is computed."
    return join_paragraphs(
        lead, table(["Asset", "Circulating", "Total", "Maximum", "Circulating of maximum"], rows)
    ), facts


def _split(setting: Setting, passages: Sequence[Passage], found: Sequence[Profile]) -> tuple[str, list[Passage]]:
    """Sentences on allocation, burn or issuance, unchanged; no field of a tool holds them."""
    slots = setting.plan.slots
    if not isinstance(slots, SupplySlots) or not slots.wants_split or not found or setting.is_brief:
        return "", []
    quotes: list[str] = []
    used: list[Passage] = []
    for passage in passages[:3]:
        parts = [part for part in re.split(r"(?<=[.!?])\s+(?=[A-Z])", passage.text) if _TOLD.search(part)]
        kept = [part for part in parts if not part.endswith("…") and "---" not in part][:3]
        if kept:
            quotes.append(f"> “{' … '.join(kept)}”\n>\n> {cite(passage)}")
            used.append(passage)
    if not quotes:
        return "Who was given how much of it no tool here carries as a figure, and no text at hand tells it.", []
    lead = "How it is handed out no tool carries as a figure; what texts at hand say:"
    return join_paragraphs(shown(lead, 200), *quotes), used


SKILL = Skill(
    name="supply",
    title="supply, issuance and tokenomics",
    examples=("how many BTC are left to mine", "tokenomics of UNI", "what percentage of ADA is in circulation"),
    tools=(ASSET_METADATA,),
    recognise=_recognise,
    calls=_calls,
    write=_write,
    assets="needed",
)
