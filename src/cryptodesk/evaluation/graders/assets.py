"""Asset resolution: the ids that the calls are about are those that the question means."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from cryptodesk.evaluation.graders._check import Check, Made
from cryptodesk.evaluation.records import Question

__all__ = ["asked_ids", "grade_assets"]

# A search restricted to an asset is about it too; ids of categories, exchanges and collections count alike.
_TOOLS = frozenset(
    {"cmc_market_data", "cmc_asset_metadata", "cmc_technical_analysis", "cmc_sentiment", "cmc_content_search"}
)


def asked_ids(made: Iterable[Made]) -> tuple[str, ...]:
    """Ids in the arguments of calls, as text, each once."""
    found: dict[str, None] = {}
    for call in made:
        if call.tool in _TOOLS:
            for value in (call.arguments.get("ids"), call.arguments.get("id")):
                found |= dict.fromkeys(map(str, value if isinstance(value, list) else [value]))
    found.pop("None", None)
    return tuple(found)


def grade_assets(question: Question, ids: Sequence[Any]) -> Check | None:
    """None if the question is not about named assets. Assets that nobody meant are as wrong as missing ones."""
    if question.assets is None:
        return None
    got, wanted = {str(each) for each in ids}, {str(each) for each in question.assets}
    extra = got - wanted - {str(each) for each in question.also_assets}
    notes = [f"lacks {each}" for each in sorted(wanted - got)] + [f"took {each}" for each in sorted(extra)]
    return Check(int(not notes), 1, tuple(notes))
