"""What a skill is, and what it is told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

from msgspec import Struct

from cryptodesk.models.analyst.calls import Call
from cryptodesk.models.analyst.evidence import Evidence
from cryptodesk.models.analyst.offer import Offer
from cryptodesk.models.analyst.questions import AssetRef, Plan
from cryptodesk.models.analyst.reading import Reading

if TYPE_CHECKING:
    from cryptodesk.models.analyst.writer.draft import Draft, Setting

__all__ = ["Ask", "Claim", "Named", "Skill"]


class Claim(Struct, frozen=True):
    """How sure a skill is that a question is its own, 0 to 1, and what it read for itself (a Struct of the skill).

    Plain figures of a named asset are claimed with 0.85 to 0.95 by the analyst itself: a skill that must win over
    them, because its own word was said ("RSI", "unlock"), claims 0.97; one that only might be meant claims less.
    `assets` stand in for those that the question names."""

    confidence: float
    slots: Any = None
    assets: tuple[AssetRef, ...] | None = None


class Named(Struct, frozen=True):
    """A claim with the name of its skill."""

    skill: str
    confidence: float
    slots: Any = None
    assets: tuple[AssetRef, ...] | None = None


class Ask(Struct, frozen=True):
    """What a skill may look at to choose its calls. `assets` have ids."""

    plan: Plan
    assets: tuple[AssetRef, ...]
    evidence: Evidence
    offer: Offer
    today: date

    @property
    def ids(self) -> list[int | str]:
        return [asset.asset_id for asset in self.assets if asset.asset_id is not None]


class Skill(Struct, frozen=True, kw_only=True):
    """`name` is the module's; `title` says what it answers, as it stands in "I answer …"; `examples` are questions that
    it must win. `tools` are those it cannot do without. `assets` tells whether a question has to name one: where they
    are "wanted", those of the question before stand in as where they are "needed", and without any it still answers.

    `calls` gives every call that the answer needs, as far as the evidence tells; those that were made are left out by
    the caller. In some dialects one round of calls is all there is, so ask for everything at once. `write` makes the
    answer from the results; where there are none it is not asked. `follow` amends its earlier plan by a short text that
    is no question by itself ("top 20 instead"); None where the text is not about that plan."""

    name: str
    title: str
    examples: tuple[str, ...]
    tools: tuple[str, ...]
    recognise: Callable[[Reading], Claim | None]
    calls: Callable[[Ask], Sequence[Call]]
    write: Callable[[Setting], Draft]
    assets: Literal["none", "optional", "wanted", "needed"] = "none"
    follow: Callable[[Plan, str], Plan | None] | None = None
