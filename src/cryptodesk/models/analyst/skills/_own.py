"""The results of a skill's own calls, told from those that another question of the same message asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cryptodesk.models.analyst.calls import Call
from cryptodesk.models.analyst.results import Result
from cryptodesk.models.analyst.skills._skill import Ask
from cryptodesk.models.analyst.writer.draft import Setting

__all__ = ["own_results"]


def own_results(setting: Setting, calls: Callable[[Ask], Sequence[Call]], tool: str) -> tuple[Result, ...]:
    """In the order of the calls. Where none of them was made as it would be now, because an earlier turn gathered the
    results, the last result of the tool; a call that was made and failed has none."""
    ask = Ask(setting.plan, setting.resolved.assets, setting.evidence, setting.offer, setting.today)
    wanted = [call for call in calls(ask) if call.tool == tool]
    found = setting.evidence.results_of(tool)
    own = tuple(next((r for r in found if r.arguments == call.arguments), None) for call in wanted)
    kept = tuple(result for result in own if result is not None)
    was_made = any(call.key in setting.evidence.asked for call in wanted)
    return kept if kept or was_made or not wanted else found[-1:]
