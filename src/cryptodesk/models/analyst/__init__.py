"""The embedded analyst: a provider without a language model. Rules read the question, tools bring the data, code
writes the answer; every figure is formatted from a named field of a tool result.

`parser` and `followups` understand a question (with the grammars `moments`, `periods`, `amounts`, `measures`, `assets`,
`intents`, `language`), `planner` turns it into tool calls, `evidence` reads their results, `writer` writes, `deciding`
joins them and `provider` speaks the port. Where readings lie too near each other (`ties`), `tie_breaker` asks for the
question's vector and `head` says which is likelier; without vectors the rules decide alone.
"""

from __future__ import annotations

from typing import cast

from cryptodesk.models._kinds import ProviderConfig, ProviderKind
from cryptodesk.models.analyst.ports import AssetFacts, AssetKnowledge, AssetMentions, Mention, NoKnowledge
from cryptodesk.models.analyst.provider import SERVED_MODEL, Analyst
from cryptodesk.models.analyst.tie_breaker import TieBreaker

__all__ = ["PROVIDER", "SERVED_MODEL", "Analyst", "AssetFacts", "AssetKnowledge", "AssetMentions", "Mention"]


def _build(config: ProviderConfig) -> Analyst:
    if config.options:
        raise ValueError(f"provider {config.name!r}: the analyst has no options, got {sorted(config.options)!r}")
    lent, embed = config.services.mentions, config.services.embed
    breaker = None if embed is None else TieBreaker(embed)
    if lent is None:
        return Analyst(config.name, NoKnowledge(), config.services.clock, breaker)
    for method in ("find", "facts"):
        if not callable(getattr(lent, method, None)):
            raise ValueError(f"provider {config.name!r}: services.mentions has no method {method!r}")
    return Analyst(config.name, cast(AssetKnowledge, lent), config.services.clock, breaker)


PROVIDER = ProviderKind("analyst", _build, is_language_model=False)
