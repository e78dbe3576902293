"""An answer before it is sent: its text, and the facts the text is made of."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from zlib import crc32

from msgspec import Struct

from cryptodesk.models.analyst.conversation import Verbosity
from cryptodesk.models.analyst.evidence import Evidence
from cryptodesk.models.analyst.offer import Offer
from cryptodesk.models.analyst.ports import AssetKnowledge
from cryptodesk.models.analyst.questions import Plan
from cryptodesk.models.analyst.resolve import Resolved

__all__ = ["Draft", "Fact", "Setting", "as_number", "join_names", "join_paragraphs"]


class Fact(Struct, frozen=True, omit_defaults=True):
    """One figure or statement of an answer. `field` is its name in the tool's result; `unit` is a currency code,
    "percent", a symbol (coins) or empty."""

    field: str
    value: str | int | float | None
    unit: str = ""
    asset: str = ""
    symbol: str = ""
    asset_id: int | str | None = None
    as_of: str = ""
    source: str = ""


class Draft(Struct, frozen=True):
    text: str
    facts: tuple[Fact, ...] = ()


class Setting(Struct, frozen=True):
    """Everything a writer may look at."""

    plan: Plan
    evidence: Evidence
    resolved: Resolved
    offer: Offer
    knowledge: AssetKnowledge
    today: date
    question: str
    verbosity: Verbosity = "standard"

    @property
    def is_brief(self) -> bool:
        return self.verbosity == "brief"

    @property
    def is_detailed(self) -> bool:
        return self.verbosity == "detailed"

    def pick(self, choices: Sequence[str]) -> str:
        """One of the wordings, always the same for the same question."""
        return choices[crc32(self.question.encode("utf-8", "replace")) % len(choices)]


def join_names(names: Sequence[str], last: str = "and") -> str:
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} {last} {names[-1]}"


def join_paragraphs(*paragraphs: str) -> str:
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph)


def as_number(value: Decimal) -> float:
    """The nearest float, for JSON."""
    return float(value)
