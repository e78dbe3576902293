"""The answer of a skill, and what is said where it cannot be given."""

from __future__ import annotations

from cryptodesk.models.analyst.skills import Skill, load_skills
from cryptodesk.models.analyst.text import sentence, shown
from cryptodesk.models.analyst.writer import talk
from cryptodesk.models.analyst.writer.client_results import write_client_results
from cryptodesk.models.analyst.writer.draft import Draft, Setting, join_names, join_paragraphs

__all__ = ["write_skill"]


def write_skill(setting: Setting) -> Draft:
    skill = load_skills()[setting.plan.skill]
    resolved = setting.resolved
    if skill.assets == "needed" and not resolved.assets:
        if resolved.doubts:
            return Draft(talk.ask_which(resolved.doubts))
        names = resolved.unknown or resolved.pending
        return Draft(talk.name_unknown(names, searched=bool(resolved.unknown))) if names else _ask_for_asset(skill)
    # A skill without tools says what cannot be answered; it gives way to whatever the caller's own tools found.
    needs_results = bool(skill.tools) and not (skill.assets == "wanted" and not resolved.assets)
    if not setting.evidence.results_of(*skill.tools) and (needs_results or setting.evidence.others):
        return _without_results(setting, skill)
    draft = skill.write(setting)
    notes = [f"_{sentence(shown(asset.note, 300))}_" for asset in resolved.assets if asset.note]
    if setting.plan.left_out_period and setting.plan.period is not None:
        notes.append(
            f"This answers for {setting.plan.period.label} alone; ask again for {setting.plan.left_out_period}."
        )
    unnamed = (*resolved.unknown, *resolved.pending)
    if unnamed and skill.assets in {"wanted", "needed"}:
        notes.append(talk.name_unknown(unnamed, searched=bool(resolved.unknown)))
    if resolved.doubts and skill.assets != "none":
        notes.append(talk.ask_which(resolved.doubts))
    return Draft(join_paragraphs(draft.text, *notes), draft.facts)


def _ask_for_asset(skill: Skill) -> Draft:
    return Draft(f"Which asset do you mean? I can look at {skill.title}: name it or give its ticker, for example BTC.")


def _without_results(setting: Setting, skill: Skill) -> Draft:
    """Client results, a failed tool, a tool that was not offered, or a turn in which none may be called."""
    if setting.evidence.others:
        return write_client_results(setting)
    if setting.plan.period is not None and setting.plan.period.problem:
        return talk.name_problem(setting)
    if setting.resolved.doubts:
        return Draft(talk.ask_which(setting.resolved.doubts))
    for tool in skill.tools:
        message = setting.evidence.failure(tool)
        if message is not None:
            return Draft(f"I have nothing to say about {skill.title}: `{tool}` failed ({shown(message, 200)}).")
    absent = [tool for tool in skill.tools if tool not in setting.offer.names]
    if absent:
        tools = join_names([f"`{tool}`" for tool in absent])
        return Draft(f"I answer {skill.title} from tools, and this request does not offer {tools}: add it to `tools`.")
    return Draft(
        f"I have no data on {skill.title} in this conversation and may not call a tool in this turn. Ask again with"
        f" {join_names([f'`{tool}`' for tool in skill.tools])} allowed."
    )
