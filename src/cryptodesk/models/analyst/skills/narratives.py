"""Narratives: which categories of coins lead or lag, and how one of them does."""

# ruff: noqa: E501 - a phrase table reads better with one entry a line

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

from cryptodesk.core.patterns import Pattern
from cryptodesk.models.analyst.calls import Call
from cryptodesk.models.analyst.formats import percent, plural
from cryptodesk.models.analyst.questions import Plan
from cryptodesk.models.analyst.reading import Reading
from cryptodesk.models.analyst.results import Result
from cryptodesk.models.analyst.skills._list_bounds import digits, find_bounds
from cryptodesk.models.analyst.skills._list_groups import Group, find_groups, group_filters, named_beside
from cryptodesk.models.analyst.skills._list_screens import gather
from cryptodesk.models.analyst.skills._list_sectors import (
    SECTOR_WINDOWS,
    about_sector,
    sector_facts,
    sector_table,
    with_change,
)
from cryptodesk.models.analyst.skills._list_signals import gap_of, rule_of
from cryptodesk.models.analyst.skills._list_stats import group_sentence, stats_of
from cryptodesk.models.analyst.skills._list_tables import Row, list_facts, list_table
from cryptodesk.models.analyst.skills._lists import (
    Window,
    is_barred,
    is_empty,
    result_of,
    screen_call,
    signal_call,
    spoken_window,
    window_of,
)
from cryptodesk.models.analyst.skills._skill import Ask, Claim, Skill
from cryptodesk.models.analyst.text import shown
from cryptodesk.models.analyst.tool_names import ASSET_SCREENER, SIGNAL_LIST
from cryptodesk.models.analyst.writer.draft import Draft, Setting, join_names, join_paragraphs
from cryptodesk.models.analyst.writer.sourcing import closing

__all__ = ["SKILL", "Narratives"]

_MOST_GROUPS, _MOST_WORDS = 3, 14
_SECTOR = Pattern(
    r"\b(?:narratives?|narritives?|sectors?|categor(?:y|ies)|themes?|verticals?|metas?|niches?|corners? of|segments?|areas? of|(?:kinds?|types?|sorts?) of (?:alt|meme)?(?:coins?|tokens?|projects?|crypto))\b"
)
_ASKED = Pattern(
    r"\b(?:which|what|what's|whats|top|best|hot(?:test)?|lead(?:s|ing)?|lag(?:s|ging)?|trending|strong(?:est)?|weak(?:est)?|worst|winning|losing|perform\w*|doing|rotat\w+|pumping|biggest|up|down|show|list|how|current|popular|gain\w*|heat\w*)\b"
)
_LAG = Pattern(
    r"\b(?:lag\w*|worst|weak(?:est)?|losing|losers?|falling|down the most|cold(?:est)?|underperform\w*|bleeding|dumping|fell|dropped|dying|lost|declin\w+|shr[aiu]nk\w*|in the red|(?<!up or )(?<!up and )down (?:the )?most|bottom|least|red)\b"
)
_DOING = Pattern(
    r"\bhow(?:'s| is| are|s| has| have| did| do)\b.{0,60}\b(?:doing|do|performing|performed|faring|holding up|going|looking|been|fare)\b|\b(?:performance|state|status|overview|summary) of\b|\bperformance\b|\b(?:is|are)\b.{0,40}\b(?:up or down|doing (?:well|ok|good|bad(?:ly)?)|recovering|hot|dead|back|leading|lagging)\b"
)
_OTHERS = Pattern(
    r"\b(?:tvl|yield\w*|apy|news|hack\w*|exploit\w*|partnerships?|regulat\w+|airdrops?|unlocks?|funding|rais(?:e|ed|es|ing)|impact|affect|future|exchanges\b(?! tokens?)|fees?|revenue|depeg\w*|supply|backing|what (?:is|are) (?:a |an |the )?(?:meaning|definition))\b"
)
# The word by itself, with what only makes it polite or says when: "crypto narratives pls".
_ALONE = Pattern(
    r"^(?:(?:ok|hey|hi|hello|so|and|any|some|the|my|please|pls|plz|give me|gimme|get me|tell me|i want|crypto(?:currency|currencies)?'?s?|market|coin|token|altcoin|latest|today'?s|this week'?s|daily|weekly|new|main|key|big)[ ,]+)*(?:narratives?|narritives?|sectors?|categor(?:y|ies)|themes?|metas?)"
    r"(?:[ ,]+(?:ranking|rankings|rank|watch|rotation|heatmap|map|moving|moves|leaders?|laggards?|table|overview|right now|now|today|lately|this (?:week|month)|of the (?:week|day|month|moment)|(?:over|of|in|for) the (?:last|past) \w+(?: \w+)?|in crypto|for (?:crypto|me)|in the market|please|pls|plz|thanks|thx|thank you|rn|\d+ ?[dhw]|\d+ days?|performance))*[ ?.!]*$"
)
_MEANT = Pattern(
    r"^(?:what(?:'s| is)|define|explain) (?:a|an|the)? ?(?:crypto )?(?:narratives?|sector|category)\W*$|\b(?:mean|meaning|definition|explain)\w*\b"
)
_RANKED = Pattern(
    r"\b(?:best|top|worst|biggest|largest|fastest)[ -](?:\d+ )?(?:perform\w*|gain\w*|los\w*|coins?|tokens?|projects?|meme|defi|ai\b|gaming|l[12])"
)
_VERSUS = Pattern(r"\bvs\.?\b|\bversus\b|\bcompar\w+\b|\bagainst\b|\bor\b|\boutperform\w*\b")


class Narratives(Struct, frozen=True):
    """Without groups all categories are meant."""

    side: Literal["leading", "lagging"] = "leading"
    groups: tuple[Group, ...] = ()
    window: str = "24h"


def _recognise(reading: Reading) -> Claim | None:
    lowered = reading.lowered
    is_sector = _SECTOR.search(lowered) is not None
    groups = find_groups(lowered) if is_sector or _DOING.search(lowered) else ()
    if not (is_sector or groups) or is_barred(reading) or _OTHERS.search(lowered):
        return None
    named = [asset for asset in named_beside(reading, groups) if asset.text.lower() not in {"hot", "theme", "meta"}]
    if named or find_bounds(digits(lowered)) or (len(groups) > 1 and _VERSUS.search(lowered)):
        return None
    side: Literal["leading", "lagging"] = "lagging" if _LAG.search(lowered) else "leading"
    slots = Narratives(side, groups[:_MOST_GROUPS], spoken_window(lowered))
    if groups:
        is_about = _DOING.search(lowered) or is_sector
        return (
            Claim(0.975 if is_sector or reading.words <= _MOST_WORDS else 0.93, slots)
            if is_about and not _RANKED.search(lowered)
            else None
        )
    if _MEANT.search(lowered):
        return None
    return Claim(0.975, slots) if _ASKED.search(lowered) or _ALONE.match(lowered) else None


def _window(plan: Plan) -> Window:
    return window_of(plan.period, plan.slots.window, SECTOR_WINDOWS)


def _main(plan: Plan) -> tuple[Call, ...]:
    slots: Narratives = plan.slots
    window = _window(plan).name if _window(plan).name in SECTOR_WINDOWS else "24h"
    if slots.groups:
        return tuple(signal_call("narratives", window, limit=1, category_id=group.tag) for group in slots.groups)
    if slots.side == "lagging":
        return (screen_call("weakest categories", sort="market_cap_change", order="asc", asset_type="category"),)
    return (signal_call("narratives", window, limit=5),)


def _tagged(group: Group) -> Call:
    """The coins that carry the tag: what can be told of a group that no list of categories has."""
    return screen_call(f"largest {group.label} coins", filters=group_filters((group,), None), sort="market_cap")


def _movers(plan: Plan) -> Call:
    name = "top_losers" if plan.slots.side == "lagging" else "top_gainers"
    return signal_call(name, _window(plan).name, limit=5)


def _calls(ask: Ask) -> Sequence[Call]:
    slots: Narratives = ask.plan.slots
    main = _main(ask.plan)
    if not slots.groups:
        return (*main, _movers(ask.plan)) if is_empty(ask.evidence, main[0]) else main
    asked = any(result_of(ask.evidence, call) for call in main) or ask.evidence.failure(SIGNAL_LIST) is not None
    lacking = [
        group for group, call in zip(slots.groups, main, strict=True) if asked and not _rows(ask.evidence.results, call)
    ]
    return (*main, *(_tagged(group) for group in lacking))


def _rows(results: Sequence[Result], call: Call) -> list[Row]:
    result = next((one for one in results if one.tool == call.tool and dict(one.arguments) == call.arguments), None)
    return result.rows("items") if result else []


def _write(setting: Setting) -> Draft:
    slots: Narratives = setting.plan.slots
    if slots.groups:
        return _of_groups(setting)
    result = result_of(setting.evidence, _main(setting.plan)[0])
    rows = (result.rows("items") or result.rows("results")) if result else []
    if result is None or not rows:
        return _nothing(setting, result)
    return _laggards(setting, result, rows) if slots.side == "lagging" else _leaders(setting, result, rows)


def _leaders(setting: Setting, result: Result, rows: Sequence[Row]) -> Draft:
    window = _window(setting.plan)
    field = f"marketCapChangePercentage{window.name}"
    names = [with_change(row, field) for row in rows[:3]]
    lead = setting.pick(
        (
            f"Leading narratives of {window.label}, by how far market cap and volume rise beyond the usual: {join_names(names)}.",
            f"By market cap and volume {join_names(names)} stand out most over {window.label} (change of market cap).",
        )
    )
    parts = [] if setting.is_brief else [sector_table(rows, window), window.note, rule_of(setting, result)]
    facts = [fact for row in rows for fact in sector_facts(row, field, result)]
    return Draft(join_paragraphs(lead, *parts, closing(setting, (result,), ("items", field))), tuple(facts))


def _laggards(setting: Setting, result: Result, rows: Sequence[Row]) -> Draft:
    field = "market_cap_change"
    names = [
        f"**{shown(row.get('name'), 60)}** ({percent(row.get(field))})" for row in rows[:3] if percent(row.get(field))
    ]
    asked = _window(setting.plan)
    note = (
        "" if asked.name == "24h" else f"Of {asked.label} only the leaders are listed; laggards are known for 24 hours."
    )
    lead = f"The weakest categories over the last 24 hours by change of market cap: {join_names(names) or 'not known'}."
    total = result.figure("total_screened")
    of = f"Of {plural(int(total), 'category').replace('categorys', 'categories')} at hand." if total else ""
    body = list_table(rows, (field, "market_cap", "avg_price_change", "volume_change", "num_tokens"), first="Category")
    parts = [] if setting.is_brief else [body, " ".join(filter(None, (of, note)))]
    facts = list_facts(rows, (field, "market_cap"), result, "results")
    return Draft(join_paragraphs(lead, *parts, closing(setting, (result,), ("results", field))), facts)


def _of_groups(setting: Setting) -> Draft:
    parts, results, facts = [], [], []
    for group, call in zip(setting.plan.slots.groups, _main(setting.plan), strict=True):
        result = result_of(setting.evidence, call)
        rows = result.rows("items") if result else []
        if result is not None and rows:
            parts.append(about_sector(setting, rows[0], result, _window(setting.plan)))
            facts += sector_facts(rows[0], f"marketCapChangePercentage{_window(setting.plan).name}", result)
            results.append(result)
        else:
            told, found = _about_tag(setting, group)
            parts.append(told)
            results += found
    note = "" if setting.is_brief else _window(setting.plan).note
    return Draft(join_paragraphs(*parts, note, closing(setting, results, ("items", "results"))), tuple(facts))


def _about_tag(setting: Setting, group: Group) -> tuple[str, list[Result]]:
    found = gather(setting, (_tagged(group),))
    if found is None or not found.rows:
        result = next(iter(found.results), None) if found else None
        why = _gap_beside(setting) or "neither the list of categories nor any coin at hand bears that name"
        return f"I cannot tell how {group.label} coins do as a group: {why}.", [
            result
        ] if result and result.sources else []
    stats = stats_of(found.rows, _window(setting.plan).field)
    lead = group_sentence(f"{group.label} coins", stats, _window(setting.plan), found.matched)
    body = "" if setting.is_brief else list_table(found.rows, (_window(setting.plan).field, "market_cap", "price"))
    return join_paragraphs(
        f"The list of categories has no {group.label}; from the coins tagged so: {lead}", body
    ), list(found.results)


def _gap_beside(setting: Setting) -> str:
    results = [result for call in _main(setting.plan) if (result := result_of(setting.evidence, call)) is not None]
    return gap_of(results[0]) if results else ""


def _nothing(setting: Setting, result: Result | None) -> Draft:
    why = gap_of(result) if result else "the list was not given"
    lead = f"I cannot say which narratives {'lag' if setting.plan.slots.side == 'lagging' else 'lead'}: {why}."
    movers = result_of(setting.evidence, _movers(setting.plan))
    if movers is None or not movers.rows("items") or setting.is_brief:
        return Draft(
            join_paragraphs(lead, closing(setting, [one for one in (movers,) if one and one.sources], ("items",)))
        )
    window = Window(str(movers.arguments.get("time_period", "24h")))
    names = [f"{shown(row.get('name'), 40)} {percent(row.get('percent_change'))}" for row in movers.rows("items")]
    verb = "fell" if setting.plan.slots.side == "lagging" else "rose"
    told = f"Of single coins at hand these {verb} most over {window.label}: {join_names(names)}."
    return Draft(join_paragraphs(lead, told, closing(setting, (movers,), ("items",))))


SKILL = Skill(
    name="narratives",
    title="which narratives and categories lead or lag",
    examples=(
        "Which sectors are hot right now?",
        "How is the AI sector doing?",
        "top narratives this week",
        "which categories are lagging",
    ),
    tools=(SIGNAL_LIST, ASSET_SCREENER),
    recognise=_recognise,
    calls=_calls,
    write=_write,
)
