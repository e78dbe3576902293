"""Coins of a category or chain: "gaming tokens", "top projects on Sui", "the Solana ecosystem"."""

# ruff: noqa: E501 - a phrase table reads better with one entry a line

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct, structs

from cryptodesk.core.patterns import Pattern
from cryptodesk.models.analyst.calls import Call
from cryptodesk.models.analyst.questions import Plan
from cryptodesk.models.analyst.reading import Reading
from cryptodesk.models.analyst.skills._list_bounds import digits, find_bounds
from cryptodesk.models.analyst.skills._list_follow import amended
from cryptodesk.models.analyst.skills._list_groups import (
    Chain,
    Group,
    find_chain,
    find_groups,
    group_filters,
    group_words,
    named_beside,
)
from cryptodesk.models.analyst.skills._list_screens import (
    WITHOUT_GROUPS,
    Order,
    Screened,
    gather,
    ordered_draft,
    with_nearest,
    write_nearest,
)
from cryptodesk.models.analyst.skills._list_stats import group_sentence, stats_of
from cryptodesk.models.analyst.skills._lists import (
    COINS,
    Window,
    count_of,
    is_barred,
    screen_call,
    window_of,
    without_courtesy,
)
from cryptodesk.models.analyst.skills._skill import Ask, Claim, Skill
from cryptodesk.models.analyst.tool_names import ASSET_SCREENER
from cryptodesk.models.analyst.writer.draft import Draft, Fact, Setting, as_number
from cryptodesk.models.analyst.writer.sourcing import result_fact_source

__all__ = ["SKILL", "Ecosystem"]

_USUAL_COUNT = 10
_NOUN = Pattern(
    rf"\b(?:{COINS}|memes?|memecoins?|stables|l1s|l2s|layer[- ]?[012]s?|rollups|protocols?|dapps?|apps|platforms|eco-?system|blockchains|chains|defi|gamefi|plays|names)\b"
)
_LISTS = Pattern(
    r"\b(?:top|best|list|show|which|what|give|name|find|main|major|leading|popular|biggest|largest|all|some|any|examples?|tell me|coins|tokens|projects|happening|going on|overview)\b"
)
_HAPPENING = Pattern(r"\b(?:happening|going on|new|up) (?:in|with|on)\b")
_OTHERS = Pattern(
    r"\b(?:tvl|fees?|gas|revenue|holders?|whales?|wallets?|news|hack\w*|exploit\w*|airdrops?|unlocks?|stak(?:e|ed|ing)(?! (?:coins?|tokens?|protocols?|projects?|derivatives?))|validators?|partnerships?|regulat\w+|rules?|laws?|legal|requirements?|incentives?|risks?|audit\w*|safe|transactions?|bridg\w+|users|developers?|grants?|rais(?:e|ed|es|ing)|funding|announced|launched|mainnet|outages?|exchanges?(?! tokens?| coins?)|minting|nfts?|trending|visited|gain\w*|los(?:ers?|ing)|perform\w*|compar\w+|beat\w*|better|worse|versus|vs|differ\w*|explain|define|mean(?:s|ing)?|tax\w*|yield\w*|apy|improve|security|help|impact|affect|use[ds]?|using|will|work|works)\b"
)
_CONCEPT = Pattern(r"^(?:what(?:'s| is| are|s)|define|explain)(?: the| a| an)? [\w -]{2,40}\??$")
_NO_LIST = Pattern(
    r"(?:how|when|where|who|can|could|does|do|did|is|are(?! there)|should|would|what (?:happens?|does|do|did|if|makes))\b"
)
_ASKS_LIST = Pattern(
    r"\b(?:what|which) are (?:the )?(?:top|best|main|biggest|largest|major|some|leading|most)\b|\btop\b|\bbest\b|\blist\b|\bin the\b|\bon\b"
)


class Ecosystem(Struct, frozen=True):
    groups: tuple[Group, ...] = ()
    chain: Chain | None = None
    count: int | None = None
    is_happening: bool = False


def _recognise(reading: Reading) -> Claim | None:
    lowered = reading.lowered
    groups, chain = find_groups(lowered), find_chain(lowered)
    if not (groups or chain) or is_barred(reading) or _OTHERS.search(lowered):
        return None
    if named_beside(reading, groups, chain) or not _NOUN.search(lowered) or find_bounds(digits(lowered)):
        return None
    if _NO_LIST.match(without_courtesy(lowered)):
        return None
    if _CONCEPT.match(lowered) and not _ASKS_LIST.search(lowered):
        return None
    slots = Ecosystem(groups[:2], chain, count_of(lowered), _HAPPENING.search(lowered) is not None)
    if slots.is_happening:
        return Claim(0.92, slots)
    is_short = reading.words <= 4
    return Claim(0.96, slots) if _LISTS.search(lowered) or is_short else None


def _main(plan: Plan) -> Call:
    slots: Ecosystem = plan.slots
    what = group_words(slots.groups, slots.chain)
    return screen_call(f"largest {what}", filters=group_filters(slots.groups, slots.chain), sort="market_cap")


def _nearest(plan: Plan) -> Call:
    return screen_call("largest coins at hand", sort="market_cap")


def _calls(ask: Ask) -> Sequence[Call]:
    return with_nearest(ask, (_main(ask.plan),), _nearest(ask.plan))


def _write(setting: Setting) -> Draft:
    slots: Ecosystem = setting.plan.slots
    found = gather(setting, (_main(setting.plan),))
    if found is None:
        return Draft("The screener gave no result for this list.")
    what = group_words(slots.groups, slots.chain)
    if not found.rows:
        nearest = write_nearest(setting, _nearest(setting.plan), Order(), WITHOUT_GROUPS)
        return ordered_draft(setting, found, Order(), what, 0, nearest)
    notes = [_moves(setting, found, what), _news(slots), _how(setting, slots)]
    draft = ordered_draft(setting, found, Order(), what, slots.count or _USUAL_COUNT, *notes)
    return structs.replace(draft, facts=(*draft.facts, *_group_facts(setting, found, what)))


def _moves(setting: Setting, found: Screened, what: str) -> str:
    """How the list moved as a whole: what people look for in a list without a figure named."""
    window = window_of(setting.plan.period, "24h", ("24h", "7d"))
    stats = stats_of(found.rows, window.field)
    sentence = group_sentence(what, stats, Window(window.name), found.matched) if stats and stats.count > 2 else ""
    return sentence[:1].upper() + sentence[1:]


def _group_facts(setting: Setting, found: Screened, what: str) -> tuple[Fact, ...]:
    window = window_of(setting.plan.period, "24h", ("24h", "7d"))
    stats = stats_of(found.rows, window.field)
    if stats is None or stats.count < 3:
        return ()
    as_of, source = result_fact_source(found.results[0], "results")
    named = {"average": stats.average, "median": stats.median}
    return tuple(
        Fact(f"{name}_{window.field}", as_number(value), "percent", what, as_of=as_of, source=source)
        for name, value in named.items()
    )


def _news(slots: Ecosystem) -> str:
    return "These are the figures; news are not among them." if slots.is_happening else ""


def _how(setting: Setting, slots: Ecosystem) -> str:
    if not setting.is_detailed:
        return ""
    on_chain = f" and whose main chain is {slots.chain.label}" if slots.chain and slots.groups else ""
    return f"How to read it: coins count that carry the tag{on_chain}; the order is by market cap."


SKILL = Skill(
    name="ecosystem",
    title="the coins of a category or chain",
    examples=(
        "Top projects on sui",
        "gaming tokens",
        "meme coins",
        "tokens in the Solana ecosystem",
    ),
    tools=(ASSET_SCREENER,),
    recognise=_recognise,
    calls=_calls,
    write=_write,
    follow=amended,
)
