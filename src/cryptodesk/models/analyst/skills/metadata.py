"""The profile of a project: what it is for, its category, launch, links, contracts, people and look-alikes."""

# ruff: noqa: E501 - a phrase table reads better with one entry a line

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec import Struct

from cryptodesk.core.patterns import Pattern
from cryptodesk.models.analyst import intents
from cryptodesk.models.analyst.calls import Call
from cryptodesk.models.analyst.formats import big_money, number
from cryptodesk.models.analyst.reading import Reading
from cryptodesk.models.analyst.skills._aspects import aspects_in
from cryptodesk.models.analyst.skills._links import SOCIAL, all_links, links_of
from cryptodesk.models.analyst.skills._own import own_results
from cryptodesk.models.analyst.skills._passages import Passage, cite, passages_closing, read_passages
from cryptodesk.models.analyst.skills._profile import (
    CHAINS,
    Profile,
    chain_in,
    metadata_calls,
    names_asset,
    profiles,
    unanswered,
    without_chain,
)
from cryptodesk.models.analyst.skills._skill import Ask, Claim, Skill
from cryptodesk.models.analyst.text import shown
from cryptodesk.models.analyst.tool_names import ASSET_METADATA, CONTENT_SEARCH
from cryptodesk.models.analyst.writer.draft import Draft, Fact, Setting, join_names, join_paragraphs
from cryptodesk.models.analyst.writer.sourcing import closing
from cryptodesk.models.analyst.writer.table import table

__all__ = ["SKILL", "MetadataSlots"]

_PEOPLE = Pattern(
    r"\b(?:co-?)?founders?\b|\b(?:co-?)?founded (?:by|in \d{4} by)\b|\b(?:created|designed|built|developed|led|written|started|launched|made) by\b|\bunder the name\b|\bits (?:creators?|authors?|developers?)\b",
    re.IGNORECASE,
)


class MetadataSlots(Struct, frozen=True):
    """`aspects` are what of the profile is asked for; `chain` narrows contracts to one network."""

    aspects: tuple[str, ...] = ("profile",)
    chain: str = ""


def _recognise(reading: Reading) -> Claim | None:
    aspects = aspects_in(reading.masked)
    if not aspects or not names_asset(reading):
        return None
    if intents.wants_advice(reading.lowered) or (reading.measures and aspects != ("similar",)):
        return None
    sure = 0.97 if reading.is_known or set(aspects) - {"purpose", "similar", "team"} else 0.93
    return Claim(sure, MetadataSlots(aspects, chain_in(reading)), without_chain(reading))


def _calls(ask: Ask) -> Sequence[Call]:
    aspects = _slots(ask.plan.slots).aspects
    fields: list[str] = []
    for aspect in aspects:
        fields += _FIELDS.get(aspect, ["links"])
    calls = list(metadata_calls(ask, *dict.fromkeys(fields)))
    if calls and {"team", "purpose"} & set(aspects):
        words = "was designed, founded and built by" if "team" in aspects else "is a network for: purpose and use"
        query = f"{ask.assets[0].name} {words}"[:200]
        ids = list(ask.ids)[:1]
        types = ["cmc_editorial", "project_faq", "project_website"]
        calls.append(Call(CONTENT_SEARCH, {"query": query, "content_types": types, "ids": ids, "limit": 3}))
    return calls


_FIELDS: dict[str, list[str]] = {
    "contracts": ["contracts", "profile"],
    "team": ["profile", "description"],
    "category": ["profile", "tags"],
    "launch": ["profile"],
    "purpose": ["profile", "description"],
    "similar": ["similar_assets"],
    "profile": ["profile", "description", "links", "tags", "contracts", "similar_assets"],
}


def _slots(slots: object) -> MetadataSlots:
    return slots if isinstance(slots, MetadataSlots) else MetadataSlots()


def _write(setting: Setting) -> Draft:
    slots, found = _slots(setting.plan.slots), profiles(setting, _calls)
    passages = read_passages(own_results(setting, _calls, CONTENT_SEARCH))
    parts: list[str] = []
    facts: list[Fact] = []
    for profile in found:
        for aspect in slots.aspects:
            texts, said = _aspect(setting, profile, aspect, slots)
            parts += texts[:1] if setting.is_brief else texts
            facts += said
    quoted, used = _quoted(setting, slots, passages) if found else ("", ())
    # One call serves all assets; where nothing was found there is no source to name.
    results = [profile.result for profile in found[:1] if profile.result.origins or profile.result.sources]
    text = join_paragraphs(
        *parts, quoted, unanswered(setting, found, setting.evidence), closing(setting, results, _used_fields(slots)),
        passages_closing(setting, own_results(setting, _calls, CONTENT_SEARCH), used) if used else "",
    )  # fmt: skip
    return Draft(text, tuple(facts))


def _used_fields(slots: MetadataSlots) -> tuple[str, ...]:
    names = {"contracts": "contract_address", "category": "tags"}
    fields = [names.get(aspect, "") for aspect in slots.aspects]
    return (*filter(None, fields), "category", "date_launched", "summary", "urls")


def _aspect(setting: Setting, profile: Profile, aspect: str, slots: MetadataSlots) -> tuple[list[str], list[Fact]]:
    if aspect == "profile":
        pairs = [_of(setting, profile, each, slots) for each in ("purpose", "category", "launch")]
        links = [] if setting.is_brief else [all_links(profile), _contracts(profile, "")[0], _similar(profile)[0]]
        texts = [" ".join(filter(None, (text for text, _ in pairs))), *links]
        return [text for text in texts if text], [fact for _, said in pairs for fact in said]
    text, said = _of(setting, profile, aspect, slots)
    return ([text] if text else []), said


def _of(setting: Setting, profile: Profile, aspect: str, slots: MetadataSlots) -> tuple[str, list[Fact]]:
    if aspect == "contracts":
        return _contracts(profile, slots.chain)
    if aspect == "similar":
        return _similar(profile)
    if aspect == "category":
        return _category(profile)
    if aspect == "launch":
        return _launch(profile)
    if aspect in {"purpose", "team"}:
        return _about(setting, profile, aspect)
    return links_of(profile, SOCIAL if aspect == "social" else (aspect,))


def _contracts(profile: Profile, chain: str) -> tuple[str, list[Fact]]:
    rows = [
        (shown(r.get("platform"), 40), shown(r.get("contract_address"), 120)) for r in profile.rows("contract_address")
    ]
    known = [(platform, address) for platform, address in rows if platform and address]
    if not known:
        return f"{profile.name} has no token contract on record: {profile.reason('contracts', 'contract_address')}.", []
    kept = [row for row in known if row[0] in CHAINS.get(chain, (chain,))] if chain else known
    if not kept:
        others = join_names([platform for platform, _ in known[:8]])
        return f"No contract of {profile.name} on {chain} is on record; there is one on {others}.", []
    facts = [profile.fact("contract_address", address, platform) for platform, address in kept]
    if len(kept) == 1:
        return f"The contract of {profile.name} on {kept[0][0]} is `{kept[0][1]}`.", facts
    lines = "\n".join(f"- {platform}: `{address}`" for platform, address in kept[:12])
    return f"{profile.name} has contracts on {number(len(kept))} networks:\n\n{lines}", facts


def _category(profile: Profile) -> tuple[str, list[Fact]]:
    tags = profile.at("tags")
    names = [shown(tag, 40) for tag in tags if isinstance(tag, str)][:8] if isinstance(tags, list) else []
    kind = profile.words("category", longest=60)
    if not names and not kind:
        return f"No category of {profile.name} is at hand: {profile.reason('tags', 'profile')}.", []
    tagged = f"tagged {join_names(names)}" if names else "no tags of it are at hand"
    text = f"{profile.name} is listed as a {kind}; {tagged}." if kind else f"{profile.name} is {tagged}."
    return text, [profile.fact("category", kind)] if kind else []


def _launch(profile: Profile) -> tuple[str, list[Fact]]:
    day = profile.words("date_launched", longest=40)[:10]
    if not day:
        return f"No launch date of {profile.name} is at hand: {profile.reason('date_launched', 'profile')}.", []
    return f"{profile.short} was launched on {day}." if len(day) == 10 else f"{profile.short} was launched in {day}.", [
        profile.fact("date_launched", day)
    ]


def _about(setting: Setting, profile: Profile, aspect: str) -> tuple[str, list[Fact]]:
    """The catalogue's sentence; the project's own text is quoted as such."""
    summary, own = profile.words("summary", longest=400), profile.words("description", longest=420)
    if aspect == "team":
        told = [text for text in (summary, own) if _PEOPLE.search(text)]
        if not told:
            return f"The profile of {profile.name} has no field for founders or team, and its text names none.", []
        return f"The profile has no field for founders or team; its text on {profile.name} says: “{told[0]}”", []
    if not summary and not own:
        return f"No description of {profile.name} is at hand: {profile.reason('description', 'profile')}.", []
    quoted = (
        f" The project says of itself: “{own}”"
        if own and own != summary and (setting.is_detailed or not summary)
        else ""
    )
    text = f"{profile.name}: {summary}" if summary else f"{profile.name}."
    return f"{text}{quoted}", [profile.fact("summary", summary)] if summary else []


def _similar(profile: Profile) -> tuple[str, list[Fact]]:
    rows = profile.rows("similar_assets")
    if not rows:
        return f"No assets similar to {profile.name} can be named: {profile.reason('similar_assets')}.", []
    cells = [
        [
            f"{shown(r.get('name'), 60)} ({shown(r.get('symbol'), 20)})",
            number(r.get("rank")),
            big_money(r.get("market_cap")),
            join_names([shown(t, 30) for t in r.get("shared_tags", []) if isinstance(t, str)]),
        ]
        for r in rows[:5]
    ]
    lead = f"Most like {profile.name} by shared category tags, then market cap:"
    return join_paragraphs(lead, table(["Asset", "Rank", "Market cap", "Shared tags"], cells)), []


def _quoted(setting: Setting, slots: MetadataSlots, passages: Sequence[Passage]) -> tuple[str, tuple[Passage, ...]]:
    """Sentences of articles that speak of people, or the first ones of the article on the project."""
    wants_people = "team" in slots.aspects
    for passage in passages:
        parts = re.split(r"(?<=[.!?])\s+(?=[A-Z])", passage.text)
        kept = [part for part in parts if not part.endswith("…") and "---" not in part]
        kept = [part for part in kept if _PEOPLE.search(part)][:2] if wants_people else kept[:2]
        if kept and not setting.is_brief:
            return f"> “{' … '.join(kept)}”\n>\n> {cite(passage)}", (passage,)
    return "", ()


SKILL = Skill(
    name="metadata",
    title="a project's profile, links and contracts",
    examples=("contract address of PEPE on Ethereum", "GitHub of Aave", "who founded Solana?"),
    tools=(ASSET_METADATA,),
    recognise=_recognise,
    calls=_calls,
    write=_write,
    assets="needed",
)
