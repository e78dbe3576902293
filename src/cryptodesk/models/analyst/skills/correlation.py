"""How closely assets moved together: correlation of daily returns, pair by pair, and each asset's beta to Bitcoin."""

# ruff: noqa: E501 - a phrase table reads better with one entry a line

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import combinations

from msgspec import Struct

from cryptodesk.core.patterns import Pattern
from cryptodesk.models.analyst.calls import Call
from cryptodesk.models.analyst.formats import plural
from cryptodesk.models.analyst.questions import AssetRef, Plan
from cryptodesk.models.analyst.reading import Reading
from cryptodesk.models.analyst.skills._closes import (
    BITCOIN,
    Closes,
    Span,
    close_calls,
    figure_fact,
    gather,
    over,
    short_notes,
    span_of,
)
from cryptodesk.models.analyst.skills._returns import Return, beta, correlation, paired, simple_returns
from cryptodesk.models.analyst.skills._skill import Ask, Claim, Skill
from cryptodesk.models.analyst.skills._unfound import with_unfound
from cryptodesk.models.analyst.skills._wording import is_about_asset, is_concept, is_list, looks_ahead
from cryptodesk.models.analyst.text import shown
from cryptodesk.models.analyst.tool_names import MARKET_DATA
from cryptodesk.models.analyst.writer.draft import Draft, Fact, Setting, join_names, join_paragraphs
from cryptodesk.models.analyst.writer.sourcing import closing
from cryptodesk.models.analyst.writer.table import table

__all__ = ["SKILL", "Slots"]

_DEFAULT_DAYS = 90
_FEWEST = 2
_WORD = Pattern(
    r"\bcorr?el+at\w*|\buncorrelated\b|\bbeta\b(?!\s*(?:version|test|launch|program|release|phase|mainnet))|\bcorr\b|\bco-?mov\w+|\b(?:de|re)?coupl(?:ed|ing)\b|\bdecoupl\w+|\bpearson(?:'s)?\b|\br[- ]?squared\b|\br2\b|\br (?:between|of|for) _|\bpearson'?s? r\b|\bcoefficient\b"
)
_LOOSE = Pattern(
    r"\b(?:move|moves|moved|moving|trade|trades|traded|trading) (?:\w+ )?(?:together|in (?:lockstep|tandem|sync))\b|\bfollow(?:s|ed|ing)? (?:bitcoin|btc|_)|\b(?:in )?(?:the )?(?:same|opposite) directions?\b|\b(?:track|mirror|shadow|copy|copie)(?:s|ed|ing)? (?:the )?(?:price of )?(?:bitcoin|btc|_)|\b(?:tied|linked|coupled|tethered|attached|connected) to (?:bitcoin|btc|_)|\bhow (?:closely|strongly|tightly|much) (?:do|does|did|is|are)\b.{1,40}\b(?:track|follow|move|moves|tied|linked|coupled|depend|mirror)\w*|\bhand in hand\b|\binverse(?:ly)?\b|\bdiverg\w+\b|\bin (?:lockstep|tandem|sync|step|unison|concert)\b(?! mode)|\b(?:joined at the hip|arm in arm|side by side in (?:returns|moves))\b|\b(?:glued|chained|anchored|married|welded|bound|stuck|correlated|tightly bound) to (?:the )?(?:bitcoin|btc|_)|\b(?:mimic|echo|ape|copie|imitate|parallel)(?:s|ed|ing)? (?:the )?(?:moves? of |price of )?(?:bitcoin|btc|_)"
    r"|\b(?:dance|danced|dances|dancing|march|marched|marches|marching|walk|walks|swing|swings|rise and fall|run|runs)\b.{0,10}\b(?:together|to _+(?:'s)? ?(?:tune|beat|drum)|to the (?:same|tune|beat)|in step|as one|alongside|to _)|\b(?:same|_+'?s) (?:tune|beat|drum|rhythm)\b|\bgo(?:es)? where _+(?:'s price)? goes?\b|\bhow (?:alike|similar(?:ly)?|synchroni[sz]ed|linked|related|in sync|connected|coupled) (?:are|is|do|were|was|did|have)\b"
    r"|\b(?:when|whenever|if|as) _+(?:'s price)? (?:mov(?:es?|ed)|ris(?:es?)|rose|goes|falls?|fell|drops?|dropped|rall(?:y|ies)|pumps?|dumps?|jumps?|climbs?|slides?|swings?|gains?|loses?|crash(?:es)?|sneezes?)\b.{0,24}\b(?:do|does|did|will|is|are)\b.{0,4}_+ (?:\w+ ){0,2}?(?:too|also|as well|mov|follow|fall|rise|drop|go|rally|join|react|catch|tend|usually|with it|likewise)\w*"
    r"|\b_+ and _+ (?:\w+ ){0,2}?(?:mov(?:e|es|ed|ing)|trad(?:e|ed|ing)|go|going|danc(?:e|ing)) (?:\w+ ){0,2}?(?:together|alike|the same|as one)\b|\b(?:depend(?:s|ed|ent)?|lean(?:s|ed)?) (?:\w+ )?on (?:_|bitcoin)"
)
_CAUSE = Pattern(r"^why\b|\bwhy (?:is|are|do|does|did)\b")
_OUTSIDE = Pattern(
    r"\b(?:gold|silver|oil|s ?& ?p(?: ?500)?|sp500|spx|nasdaq|qqq|dxy|the dollar|dollar index|stocks?|equit(?:y|ies)|bonds?|treasur(?:y|ies)|interest rates?|m2|vix|tesla|nvidia)\b"
)
_STRONG, _MODERATE = 0.7, 0.4
_SCALE = "A correlation of 0.70 or more either way is called strong here, from 0.40 moderate, below that weak."


class Slots(Struct, frozen=True):
    """`outside` are words for what no source here has a series of: gold, stocks."""

    outside: tuple[str, ...] = ()
    wants_beta: bool = False


class _Pair(Struct, frozen=True):
    first: Closes
    second: Closes
    value: float
    count: int


class _Beta(Struct, frozen=True):
    closes: Closes
    value: float
    count: int


def _recognise(reading: Reading) -> Claim | None:
    if looks_ahead(reading) or is_concept(reading) or is_list(reading) or reading.says(_CAUSE):
        return None
    outside = tuple(dict.fromkeys(match.group() for match in _OUTSIDE.finditer(reading.masked)))
    slots = Slots(outside, re.search(r"\bbeta\b", reading.masked) is not None)
    assets = reading.assets if outside else with_unfound(reading, _WORD, _FEWEST)
    if not (assets or is_about_asset(reading)):
        return None
    if _WORD.search(reading.masked):
        return Claim(0.97, slots, assets)
    return Claim(0.92, slots, assets) if _LOOSE.search(reading.masked) or _LOOSE.search(reading.lowered) else None


def _assets(plan: Plan, assets: Sequence[AssetRef]) -> list[AssetRef]:
    """Those asked about, and Bitcoin where one alone is compared with it or betas to it are wanted."""
    has_bitcoin = any(str(asset.asset_id) == str(BITCOIN.asset_id) for asset in assets)
    wants_beta = isinstance(plan.slots, Slots) and plan.slots.wants_beta
    return [*assets] if has_bitcoin or (len(assets) > 1 and not wants_beta) else [*assets, BITCOIN]


def _calls(ask: Ask) -> Sequence[Call]:
    ids = [asset.asset_id for asset in _assets(ask.plan, ask.assets) if asset.asset_id is not None]
    return close_calls(ids, span_of(ask.plan.period, _DEFAULT_DAYS), ask.today, ask.plan.currency)


def _write(setting: Setting) -> Draft:
    span, assets = span_of(setting.plan.period, _DEFAULT_DAYS), _assets(setting.plan, setting.resolved.assets)
    ids = [asset.asset_id for asset in assets if asset.asset_id is not None]
    gathered = gather(setting, close_calls(ids, span, setting.today, setting.plan.currency), assets, span.count)
    returns = {one.name: simple_returns(one.days, one.values) for one in gathered.closes}
    betas = _betas(gathered.closes, returns)
    asked = gathered.closes if len(setting.resolved.assets) < 2 else gathered.closes[: len(setting.resolved.assets)]
    pairs = _pairs([one for one in asked if _is_compared(one, setting)], returns)
    if not pairs and not betas:
        return Draft(
            join_paragraphs(_outside(setting) or _too_little(setting, gathered.closes), " ".join(gathered.absent))
        )
    parts = [_outside(setting), _instead(setting), _lead(setting, pairs, betas, span)]
    if not setting.is_brief:
        parts += [_tables(setting, pairs, betas), " ".join((_method(setting, pairs), *short_notes(gathered, span)))]
    text = join_paragraphs(*parts, " ".join(gathered.absent), closing(setting, gathered.results, ("history",)))
    return Draft(
        text, (*(f for one in pairs for f in _pair_facts(one)), *(f for one in betas for f in _beta_facts(one)))
    )


def _is_compared(closes: Closes, setting: Setting) -> bool:
    """Bitcoin stands beside a single asset; beside several only where it was named."""
    named = {str(asset.asset_id) for asset in setting.resolved.assets}
    return str(closes.asset.asset_id) in named or len(named) == 1


def _pairs(closes: Sequence[Closes], returns: dict[str, tuple[Return, ...]]) -> list[_Pair]:
    found = []
    for first, second in combinations(closes, 2):
        own, other = paired(returns[first.name], returns[second.name])
        value = correlation(own, other)
        if value is not None:
            found.append(_Pair(first, second, value, len(own)))
    return sorted(found, key=lambda pair: -pair.value)


def _betas(closes: Sequence[Closes], returns: dict[str, tuple[Return, ...]]) -> list[_Beta]:
    market = next((one for one in closes if str(one.asset.asset_id) == str(BITCOIN.asset_id)), None)
    found = []
    for one in closes:
        if market is not None and one is not market:
            own, other = paired(returns[one.name], returns[market.name])
            value = beta(own, other)
            found += [] if value is None else [_Beta(one, value, len(own))]
    return found


def _lead(setting: Setting, pairs: Sequence[_Pair], betas: Sequence[_Beta], span: Span) -> str:
    if _wants_beta(setting) and betas:
        said = join_names([f"**{one.value:.2f}** for {one.closes.name}" for one in betas])
        return f"The beta to Bitcoin {over(span, betas[0].closes)} was {said}, from {plural(betas[0].count, 'daily return')}."
    if not pairs:
        return ""
    top = pairs[0]
    names, days = f"{top.first.name} and {top.second.name}", over(span, top.first)
    if len(pairs) > 1:
        last = pairs[-1]
        return (
            f"{_capital(days)} {names} moved together most, with a correlation of daily returns of **{top.value:.2f}**;"
            f" {last.first.name} and {last.second.name} least, with **{last.value:.2f}**."
        )
    return (
        f"The correlation of the daily returns of {names} {days} was **{top.value:.2f}** ({_word(top.value)}),"
        f" from {plural(top.count, 'daily return')}."
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _word(value: float) -> str:
    size = abs(round(value, 2))
    if size == 0:
        return "none"
    strength = "strong" if size >= _STRONG else "moderate" if size >= _MODERATE else "weak"
    return f"{strength}, {'positive' if value > 0 else 'negative'}"


def _tables(setting: Setting, pairs: Sequence[_Pair], betas: Sequence[_Beta]) -> str:
    if len(pairs) < 2:
        return _beside(setting, pairs, betas)
    rows = [
        [f"{one.first.symbol} and {one.second.symbol}", f"{one.value:.2f}", _word(one.value), str(one.count)]
        for one in pairs
    ]
    second = [[one.closes.label, f"{one.value:.2f}", str(one.count)] for one in betas]
    return join_paragraphs(
        table(["Pair", "Correlation", "In words", "Daily returns used"], rows),
        table(["Asset", "Beta to Bitcoin", "Daily returns used"], second) if second else "",
    )


def _beside(setting: Setting, pairs: Sequence[_Pair], betas: Sequence[_Beta]) -> str:
    """The other figure of a single pair: the correlation where the beta was asked for, else the beta."""
    if _wants_beta(setting):
        said = [
            f"The correlation of {one.first.name} and {one.second.name} was {one.value:.2f} ({_word(one.value)})."
            for one in pairs
        ]
        return " ".join(said)
    return " ".join(f"The beta of {one.closes.name} to Bitcoin was {one.value:.2f}." for one in betas)


def _wants_beta(setting: Setting) -> bool:
    return isinstance(setting.plan.slots, Slots) and setting.plan.slots.wants_beta


def _method(setting: Setting, pairs: Sequence[_Pair]) -> str:
    how = "Computed here: Pearson's correlation of simple daily returns on the days that both have."
    if pairs:
        how += f" {_SCALE}"
    if setting.is_detailed:
        how += (
            " A beta of 1.20 means that on the average a move of Bitcoin by 1% went with one of 1.20% the same way."
            " Correlations change with the window, and they tell nothing of causes."
        )
    return how


def _outside(setting: Setting) -> str:
    slots = setting.plan.slots
    if not isinstance(slots, Slots) or not slots.outside:
        return ""
    names = join_names(slots.outside, "or")
    return (
        f"No source here holds daily closes of {names}, so I cannot reckon a correlation with that; I can compare up to"
        " five crypto assets with one another."
    )


def _instead(setting: Setting) -> str:
    """Where the second asset was named and not found, Bitcoin is said to stand in for it."""
    resolved = setting.resolved
    if len(resolved.assets) != 1 or not (resolved.unknown or resolved.pending or resolved.doubts):
        return ""
    known = shown(resolved.assets[0].name or resolved.assets[0].symbol, 80)
    if resolved.doubts:
        return f"Of what you named only {known} is clear to me, so this is {known} beside Bitcoin instead."
    names = join_names([f"“{shown(asset.text, 80)}”" for asset in (*resolved.unknown, *resolved.pending)], "or")
    return f"I do not know {names}, so this is {known} beside Bitcoin instead."


def _too_little(setting: Setting, closes: Sequence[Closes]) -> str:
    if len(closes) > 1:
        return "There are too few daily closes in common for a correlation."
    if len(setting.resolved.assets) > 1:
        return "This correlation cannot be computed."
    return f"A correlation takes two assets: name one to set beside {closes[0].name}." if closes else ""


def _pair_facts(pair: _Pair) -> tuple[Fact, Fact]:
    name = f"correlation_with_{pair.second.symbol}"
    return figure_fact(pair.first, name, pair.value), figure_fact(pair.first, f"{name}.daily_returns", pair.count)


def _beta_facts(one: _Beta) -> tuple[Fact, Fact]:
    beta = figure_fact(one.closes, "beta_to_btc", one.value)
    return beta, figure_fact(one.closes, "beta_to_btc.daily_returns", one.count)


SKILL = Skill(
    name="correlation",
    title="how closely assets moved together",
    examples=(
        "correlation between BTC and ETH over the last 30 days",
        "what is the beta of SOL",
        "how correlated are BTC, ETH and XRP?",
    ),
    tools=(MARKET_DATA,),
    recognise=_recognise,
    calls=_calls,
    write=_write,
    assets="needed",
)
