"""A question of an evaluation set with everything that is known to be right about it, as it stands in a JSONL line."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from msgspec import Struct

__all__ = ["Behaviour", "Coverage", "Documents", "GoldCall", "GoldFigure", "Market", "Part", "Question", "Term", "Unit"]

Market = Literal["snapshot", "simulated"]
Part = Literal["dev", "held_out"]
Behaviour = Literal["answer", "partly", "ask_back", "decline"]
Coverage = Literal["answered", "partly", "declined"]
Unit = Literal["USD", "EUR", "GBP", "JPY", "%", "number", "any", "date", "text"]


class Term(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """How a gold value is had: a cell of a tool result (`tool`, `arguments`, `path`), an operation over terms (`op`,
    `of`), or a literal `value` that was checked by hand. Never anything the judged model said."""

    tool: str = ""
    arguments: dict[str, Any] = {}
    path: str = ""
    op: str = ""
    of: tuple[Term, ...] = ()
    value: float | str | None = None


class GoldFigure(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A figure, a date or a name that a right answer says.

    `either` are values of other conventions that are as right; `wrong` are values that contradict it when they are
    said (a rival asset's price, another period's change). Any unit will do for "any". A `signed` figure needs its sign
    or a word of its direction. `slack_pct` widens the tolerance beyond rounding, in percent of the value.
    """

    name: str
    unit: Unit
    value: Term
    either: tuple[Term, ...] = ()
    wrong: tuple[Term, ...] = ()
    signed: bool = False
    slack_pct: float = 0.0


class GoldCall(Struct, frozen=True, forbid_unknown_fields=True):
    """A call that has to be made. `arguments` is what must be among those given; see `graders.arguments`."""

    tool: str
    arguments: dict[str, Any]


class Documents(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What an answer from documents has to cite: all these articles of the handbook ("section/slug"), or at least so
    many of what searches of our own find. `also` are articles that are as fit and not needed."""

    handbook: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    searches: tuple[dict[str, Any], ...] = ()
    least: int = 1


class Question(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """`earlier` are the user's turns before it. `intents` names for each question in the text what the analyst should
    take it for, alternatives joined by "|". A tool of `required` may be alternatives too; tools in none of the three
    lists are wrong, but for looking up ids and arithmetic. `assets` are the ids it is about.

    `must_say` and `must_not_say` are regular expressions, tried without regard to case; `repeat` makes a long text of
    a short one. `label`, `reason` and `source` belong to questions that were collected elsewhere.
    """

    id: str
    family: str
    part: Part
    market: Market
    text: str
    earlier: tuple[str, ...] = ()
    as_of: datetime | None = None
    repeat: int = 1
    expect: tuple[Behaviour, ...] = ("answer",)
    intents: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    allowed: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()
    calls: tuple[GoldCall, ...] = ()
    assets: tuple[int | str, ...] | None = None
    also_assets: tuple[int | str, ...] = ()
    figures: tuple[GoldFigure, ...] = ()
    documents: Documents | None = None
    must_say: tuple[str, ...] = ()
    must_not_say: tuple[str, ...] = ()
    label: Coverage | None = None
    reason: str = ""
    source: str = ""

    @property
    def asked(self) -> str:
        """The text as it is sent."""
        return self.text * self.repeat
