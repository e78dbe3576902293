"""The caller's own tools: which one a question asks for, and arguments for it that validate."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from msgspec import Struct

from cryptodesk.core.patterns import Pattern
from cryptodesk.core.tools import ToolSpec
from cryptodesk.models.analyst.questions import Plan
from cryptodesk.models.analyst.reading import clean
from cryptodesk.models.analyst.schema_fill import NOTHING, fill

__all__ = ["ClientCall", "best_client_call", "client_arguments", "overlap"]

_CLEAR = 3  # a name's word counts two, a description's one: a name that fits, and something beside it
_STOP_WORDS = """
    a an and any are as at be by call can do does for from function get given has have how i id if in is it its list
    make me my of on one or our out return returns set show tell that the their them there these this to tool up use
    used user users using want was what when where which who will with you your please current find fetch give look
    check run
"""
_STOP = frozenset(_STOP_WORDS.split())
_WORD = Pattern(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
_QUOTED = Pattern(r"[\"“'‘]([^\"”'’]{1,200})[\"”'’](?!\w)")
_PLACE = Pattern(r"\b(?:in|at|for|of|from|to|near|called|named|on)\s+((?:[A-Z][\w.-]*)(?:\s+[A-Z][\w.-]*){0,3})")
_ADDRESS = Pattern(r"\b(0x[0-9a-fA-F]{6,64}|[1-9A-HJ-NP-Za-km-z]{32,44})\b")
_EMAIL = Pattern(r"[\w.+-]+@[\w-]+\.[\w.]+")
_LINK = Pattern(r"https?://\S+")
_NUMBER = Pattern(r"(?<![\w.])-?\d[\d,]*(?:\.\d+)?")


class ClientCall(Struct, frozen=True):
    tool: str
    arguments: dict[str, Any]
    score: int


def best_client_call(
    question: str, plan: Plan, tools: Sequence[ToolSpec], today: date, *, least: int = _CLEAR
) -> ClientCall | None:
    """The call of the tool that fits best; None when none reaches `least` or no valid arguments can be found."""
    text = clean(question)
    scored = sorted(
        ((overlap(text, tool), -index, tool) for index, tool in enumerate(tools)),
        key=lambda item: item[:2],
        reverse=True,
    )
    for score, _, tool in scored:
        if score < least:
            return None
        arguments = client_arguments(text, plan, tool, today)
        if arguments is not None:
            return ClientCall(tool.name, arguments, score)
    return None


def overlap(question: str, tool: ToolSpec) -> int:
    """How many of the tool's telling words the question uses; those of the name count twice."""
    asked = _stems(question)
    named = _stems(tool.name.replace("_", " ").replace("-", " "))
    described = _stems(tool.description)
    return 2 * len(asked & named) + len(asked & (described - named)) + (len(named) > 0 and named <= asked)


def _stems(text: str) -> set[str]:
    words = (word.lower() for word in _WORD.findall(text[:4000]))
    return {_stem(word) for word in words if word not in _STOP and len(word) > 1}


def _stem(word: str) -> str:
    for ending in ("ies", "es", "s", "ing", "ed"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)] + ("y" if ending == "ies" else "")
    return word.removesuffix("e") if len(word) > 4 else word


def client_arguments(question: str, plan: Plan, tool: ToolSpec, today: date) -> dict[str, Any] | None:
    """Arguments that validate against the tool's schema; None if none were found."""
    source = _Words(clean(question), plan, today)
    schema = tool.parameters or {"type": "object"}
    filled = fill(schema, source.suggest)
    required = {key for key in schema.get("required") or () if isinstance(key, str)}
    if isinstance(filled, dict) and any(filled.get(key) == "" for key in required):
        # Nothing in the question stands out for a text that is required: the question itself is the best there is.
        filled = fill(
            schema,
            lambda name, part: (
                (*source.suggest(name, part), source.text) if name in required else source.suggest(name, part)
            ),
        )
    if filled is None:
        return {}
    return filled if filled is not NOTHING and isinstance(filled, dict) else None


class _Words:
    """What the question offers to fill a property with, by the property's name and type."""

    def __init__(self, question: str, plan: Plan, today: date) -> None:
        self.text = self._question = question
        self._lowered = question.lower()
        self._plan = plan
        self._today = today

    def suggest(self, name: str, schema: Mapping[str, Any]) -> Iterable[Any]:
        if not name:
            return
        kind = schema.get("type")
        kinds = (kind,) if isinstance(kind, str) else tuple(kind) if isinstance(kind, list) else ("string",)
        if "enum" in schema:
            yield from self._named_choices(schema["enum"])
            return
        if "integer" in kinds or "number" in kinds:
            yield from self._numbers(whole="number" not in kinds)
        if "string" in kinds:
            yield from self._strings(name)

    def _named_choices(self, choices: Any) -> Iterator[Any]:
        for choice in choices if isinstance(choices, list) else ():
            if (
                isinstance(choice, str)
                and choice
                and re.search(rf"(?<!\w){re.escape(choice.lower())}(?!\w)", self._lowered)
            ):
                yield choice

    def _numbers(self, *, whole: bool) -> Iterator[int | float]:
        for match in _NUMBER.finditer(self._question):
            text = match.group().replace(",", "")
            if len(text) > 15:
                continue
            number = float(text)
            if number.is_integer():
                yield int(number)
            elif not whole:
                yield number

    def _strings(self, name: str) -> Iterator[str]:
        words = _stems(name.replace("_", " ")) | {word.lower() for word in _WORD.findall(name)}
        if words & {
            "symbol",
            "ticker",
            "coin",
            "asset",
            "token",
            "crypto",
            "cryptocurrency",
            "currency",
            "base",
            "pair",
        }:
            yield from (asset.symbol for asset in self._plan.all_assets if asset.symbol)
        if words & {"coin", "asset", "token", "name", "slug", "project", "symbol", "ticker"}:
            yield from (asset.name for asset in self._plan.all_assets)
        if words & {"currency", "quote", "convert", "fiat"} and re.search(r"\b(?:in|to) [a-z]{3}\b", self._lowered):
            yield self._plan.currency
        if words & {"date", "day", "start", "since", "from", "dat"}:
            yield from self._dates(first=True)
        if words & {"end", "until", "to"}:
            yield from self._dates(first=False)
        if words & {"address", "addres", "wallet", "account", "contract", "hash"}:
            yield from (match[1] for match in _ADDRESS.finditer(self._question))
        if words & {"email", "mail"}:
            yield from _EMAIL.findall(self._question)
        if words & {"url", "link", "uri"}:
            yield from _LINK.findall(self._question)
        if words & {"query", "question", "text", "prompt", "input", "messag", "message", "search", "q"}:
            yield self._question
        yield from (match[1] for match in _QUOTED.finditer(self._question))
        yield from (match[1].rstrip(".") for match in _PLACE.finditer(self._question))
        yield from self._after_name(name)

    def _dates(self, *, first: bool) -> Iterator[str]:
        period = self._plan.period
        day = (period.start if first else period.end) if period else None
        if day is not None:
            yield day.isoformat()
        elif "today" in self._lowered:
            yield self._today.isoformat()

    def _after_name(self, name: str) -> Iterator[str]:
        """ "wallet main" for a property called wallet."""
        match = re.search(
            rf"\b{re.escape(name.replace('_', ' ').lower())}(?: is| called| named|:)? ([\w.@-]{{2,64}})", self._lowered
        )
        if match and match[1] not in _STOP:
            yield self._question[match.start(1) : match.end(1)]
