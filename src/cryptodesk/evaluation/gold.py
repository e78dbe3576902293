"""Gold values, fetched and computed by the harness itself at run time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from cryptodesk.core.tools import ToolTrace
from cryptodesk.documents.handbook import load_articles
from cryptodesk.evaluation.operations import OperationError, apply
from cryptodesk.evaluation.paths import PathError, look_up
from cryptodesk.evaluation.records import Documents, GoldFigure, Term

__all__ = ["CallTool", "Gold", "GoldDocument", "GoldError", "GoldValue"]

CallTool = Callable[[str, str, datetime | None], Awaitable[ToolTrace]]
_CONTENT_SEARCH = "cmc_content_search"


class GoldError(ValueError):
    """A gold value cannot be had. The message says of which term and why."""


class GoldValue(Struct, frozen=True):
    """`values` are right, the first in the figure's own convention; `wrong` ones contradict it."""

    figure: GoldFigure
    values: tuple[float | str, ...]
    wrong: tuple[float | str, ...] = ()


class GoldDocument(Struct, frozen=True):
    """Something citable. An article of the handbook is known by its title: its addresses are those of its sources."""

    key: str
    title: str
    url: str = ""


class Gold:
    """Resolves terms against one desk. Each distinct call is made once."""

    def __init__(self, call_tool: CallTool) -> None:
        self._call_tool = call_tool
        self._results: dict[tuple[str, str, datetime | None], asyncio.Future[ToolTrace]] = {}

    async def value(self, figure: GoldFigure, as_of: datetime | None = None) -> GoldValue:
        """Raises: GoldError."""
        values = [await self.term(term, as_of) for term in (figure.value, *figure.either)]
        wrong = [await self.term(term, as_of) for term in figure.wrong]
        return GoldValue(figure, tuple(map(_scalar, values)), tuple(map(_scalar, wrong)))

    async def term(self, term: Term, as_of: datetime | None = None) -> Any:
        """A number, a text, or a list of them. Raises: GoldError."""
        if term.value is not None:
            return term.value
        try:
            if term.op:
                return apply(term.op, [await self.term(each, as_of) for each in term.of])
            return look_up(await self._result(term.tool, term.arguments, as_of), term.path)
        except (OperationError, PathError) as error:
            raise GoldError(f"{term.tool or term.op}: {error}") from None

    async def documents(self, wanted: Documents, as_of: datetime | None = None) -> tuple[GoldDocument, ...]:
        """Raises: GoldError."""
        found = {key: _article(key) for key in (*wanted.handbook, *wanted.also)}
        for search in wanted.searches:
            trace = await self._trace(_CONTENT_SEARCH, search, as_of)
            found |= {each.url: GoldDocument(each.url, each.title, each.url) for each in trace.citations or ()}
        if not found:
            raise GoldError("no document fits")
        return tuple(found.values())

    async def _result(self, tool: str, arguments: dict[str, Any], as_of: datetime | None) -> Any:
        trace = await self._trace(tool, arguments, as_of)
        if trace.status != "completed":
            raise GoldError(f"{tool}: {trace.error_message}")
        return msgspec.json.decode(trace.model_content)

    async def _trace(self, tool: str, arguments: dict[str, Any], as_of: datetime | None) -> ToolTrace:
        text = msgspec.json.encode(arguments, order="deterministic").decode()
        key = (tool, text, as_of)
        if key not in self._results:
            self._results[key] = asyncio.ensure_future(self._call_tool(tool, text, as_of))
        return await self._results[key]


def _scalar(value: Any) -> float | str:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise GoldError(f"expected a figure or a text, got {type(value).__name__}")
    return value if isinstance(value, str) else float(value)


def _article(key: str) -> GoldDocument:
    for article in load_articles():
        if f"{article.section}/{article.slug}" == key:
            return GoldDocument(key, article.title)
    raise GoldError(f"the handbook has no article {key!r}")
