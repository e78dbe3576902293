"""From a plan and its evidence to the text of an answer: one writer per intent, figures by code from named fields."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import msgspec

from cryptodesk.models.analyst.beside import beside
from cryptodesk.models.analyst.evidence import Holding
from cryptodesk.models.analyst.questions import MARKET_INTENTS, Intent
from cryptodesk.models.analyst.text import sentence, shown
from cryptodesk.models.analyst.writer import talk
from cryptodesk.models.analyst.writer.change import write_change
from cryptodesk.models.analyst.writer.client_results import write_client_results
from cryptodesk.models.analyst.writer.comparison import write_comparison
from cryptodesk.models.analyst.writer.draft import Draft, Fact, Setting, join_names, join_paragraphs
from cryptodesk.models.analyst.writer.figures import fact, value_of
from cryptodesk.models.analyst.writer.history import write_extremes, write_history
from cryptodesk.models.analyst.writer.identity import write_definition, write_lookup
from cryptodesk.models.analyst.writer.quote import write_quote
from cryptodesk.models.analyst.writer.skill import write_skill
from cryptodesk.models.analyst.writer.sums import write_arithmetic, write_conversion, write_worth

__all__ = ["Draft", "Setting", "join_paragraphs", "known_facts", "write"]

_Writer = Callable[[Setting, Sequence[Holding]], Draft]

_WRITERS: Mapping[Intent, _Writer] = {
    "quote": write_quote,
    "change": write_change,
    "history": write_history,
    "extremes": write_extremes,
    "comparison": write_comparison,
    "worth": write_worth,
    "conversion": write_conversion,
    "definition": write_definition,
}
_NOT_ENGLISH = "Your question does not look English; I answer in English only."


def write(setting: Setting) -> Draft:
    """The answer from what is known now."""
    draft = _answer(setting)
    if setting.plan.is_english:
        return draft
    return Draft(join_paragraphs(_NOT_ENGLISH, draft.text), draft.facts)


def known_facts(setting: Setting) -> tuple[Fact, ...]:
    """Every figure the results hold on the assets of the question, said or not."""
    holdings = [holding for asset in setting.resolved.assets if (holding := setting.evidence.holding(asset))]
    return tuple(
        fact(holding, field)
        for holding in holdings
        for field in holding.values
        if field not in {"asset_id", "name", "symbol", "slug", "history"} and value_of(holding, field) is not None
    )


def _answer(setting: Setting) -> Draft:
    plan = setting.plan
    if plan.intent == "skill":
        return write_skill(setting)
    if setting.evidence.others:
        return _with_client_results(setting)
    if plan.intent in {"greeting", "thanks", "capabilities", "empty"}:
        return talk.small_talk(setting)
    if plan.intent == "arithmetic":
        return write_arithmetic(setting)
    if plan.intent in {"prediction", "advice", "declined"}:
        return _declined(setting)
    if plan.intent in {"unclear", "bare"}:
        return _unclear(setting)
    return _about_assets(setting)


def _with_client_results(setting: Setting) -> Draft:
    own = write_client_results(setting)
    if not setting.evidence.blocks:
        return own
    rest = _about_assets(setting)
    return Draft(join_paragraphs(own.text, rest.text), (*own.facts, *rest.facts))


def _unclear(setting: Setting) -> Draft:
    if setting.resolved.doubts:
        return Draft(talk.ask_which(setting.resolved.doubts))
    if setting.plan.assets and not setting.resolved.assets:
        return _unknown(setting)
    return talk.unclear(setting)


def _declined(setting: Setting) -> Draft:
    """The refusal, and the nearest data where an asset is named."""
    lead = talk.lead_in(setting)
    side = beside(setting.plan, setting.today)
    if side is None:
        return Draft(join_paragraphs(lead, talk.offer_after(setting)))
    rest = _about_assets(msgspec.structs.replace(setting, plan=side))
    return Draft(join_paragraphs(lead, rest.text), rest.facts)


def _about_assets(setting: Setting) -> Draft:
    plan, resolved = setting.plan, setting.resolved
    if resolved.doubts:
        return Draft(talk.ask_which(resolved.doubts))
    if plan.period is not None and plan.period.problem and plan.intent in MARKET_INTENTS:
        return talk.name_problem(setting)
    if not resolved.assets:
        return _unknown(setting) if plan.all_assets else talk.ask_for_asset(setting)
    draft = write_lookup(setting) if plan.intent == "lookup" else _from_market(setting)
    notes = [talk.name_unknown([*resolved.unknown, *resolved.pending], searched=bool(resolved.unknown))] if (
        resolved.unknown or resolved.pending
    ) else []  # fmt: skip
    notes += [f"_{sentence(shown(asset.note, 300))}_" for asset in resolved.assets if asset.note]
    if plan.left_out_period and plan.period is not None and plan.intent in MARKET_INTENTS:
        notes.append(f"This answers for {plan.period.label} alone; ask again for {plan.left_out_period}.")
    if plan.dropped_assets:
        notes.append(f"I took the first {len(plan.assets)} assets and left out {plan.dropped_assets}.")
    return Draft(join_paragraphs(draft.text, *notes), draft.facts)


def _unknown(setting: Setting) -> Draft:
    resolved = setting.resolved
    names = resolved.unknown or resolved.pending
    return Draft(talk.name_unknown(names, searched=bool(resolved.unknown)))


def _from_market(setting: Setting) -> Draft:
    found = [(asset, setting.evidence.holding(asset)) for asset in setting.resolved.assets]
    holdings = [holding for _, holding in found if holding is not None]
    if setting.plan.intent == "definition":
        return _defined(setting, holdings)
    if not holdings:
        return _nothing_found(setting)
    draft = _WRITERS[setting.plan.intent](setting, holdings)
    absent = [shown(asset.label, 110) for asset, holding in found if holding is None]
    note = f"There are no figures for {join_names(absent)}{_why(setting)}." if absent else ""
    return Draft(join_paragraphs(draft.text, note), draft.facts)


def _defined(setting: Setting, holdings: Sequence[Holding]) -> Draft:
    draft = write_definition(setting, holdings)
    if holdings or not setting.evidence.blocks:
        return draft
    return Draft(join_paragraphs(draft.text, f"There are no current figures{_why(setting)}."), draft.facts)


def _nothing_found(setting: Setting) -> Draft:
    failure = talk.name_failure(setting)
    if failure is not None:
        return failure
    if not setting.evidence.blocks:
        return talk.name_tools(setting)
    names = join_names([shown(asset.label, 110) for asset in setting.resolved.assets])
    return Draft(f"I have no figures for {names}{_why(setting)}.")


def _why(setting: Setting) -> str:
    """The reasons the tool gave for assets that it has no record of."""
    ids = {str(asset.asset_id) for asset in setting.resolved.assets if setting.evidence.holding(asset) is None}
    reasons = [
        shown(item.reason, 200)
        for block in setting.evidence.blocks
        for item in block.unavailable
        if item.asset_id is None or item.asset_id in ids
    ]
    return f": {'; '.join(dict.fromkeys(reasons))}" if reasons else ""
