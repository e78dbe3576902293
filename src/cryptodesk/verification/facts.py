"""The cells of tool outputs: every number with what it is of, found by value or by meaning.

Nothing is read before it is needed: outputs are decoded when first asked of, meanings and histories later still.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import cached_property
from typing import Any, NamedTuple

import msgspec
from msgspec import Struct

from cryptodesk.verification.dates import read_day
from cryptodesk.verification.entities import Entities, Entity
from cryptodesk.verification.meanings import Meaning, meaning_of
from cryptodesk.verification.series import Series
from cryptodesk.verification.vocabulary import load_vocabulary

__all__ = ["Cell", "FactTable", "Passage", "ToolResult"]

_NOT_CELLS = frozenset({"asset_id", "id", "coin_asset_id", "rivals", "n", "call_id", "confidence", "seed"})
_SKIPPED = frozenset({"provenance", "unavailable", "handling"})
_TOP = frozenset({"results", "items"})
_DEEPEST = 24
_MOST_CELLS = 60_000


class ToolResult(Struct, frozen=True):
    """One finished call, as the model was told of it. `arguments` and `output` are JSON text."""

    tool: str
    arguments: str
    output: str
    call_id: str


class Cell(Struct, gc=False):
    """One number of an output. `path` leads to it from the output's root."""

    value: float
    path: tuple[str | int, ...]
    entity: Entity | None
    call: int
    # Set for cells of a history: the day of the bar.
    day: date | None = None
    read: Meaning | None = None

    @property
    def meaning(self) -> Meaning:
        if self.read is None:
            self.read = meaning_of(tuple([key for key in self.path if type(key) is str]))
        return self.read

    @property
    def pointer(self) -> str:
        text = "/" + "/".join([str(key) for key in self.path])
        if "~" in text or text.count("/") > len(self.path):
            return "".join(["/" + str(key).replace("~", "~0").replace("/", "~1") for key in self.path])
        return text


# A value of a history: the history, the value, its column, day and row.
Bar = tuple[Series, float, str, date, int]


class Passage(NamedTuple):
    """One quotation of a document search."""

    text: str
    title: str
    url: str
    call: int
    path: tuple[str | int, ...]


class Text(NamedTuple):
    text: str
    path: tuple[str | int, ...]
    entity: Entity | None
    call: int


class FactTable:
    """All results of a conversation. Add results first, then ask."""

    def __init__(self, results: Iterable[ToolResult]) -> None:
        self.results = tuple(results)
        self.entities = Entities()
        self.cells: list[Cell] = []
        self.texts: list[Text] = []
        self.series: list[Series] = []
        self.passages: list[Passage] = []
        self.math: list[tuple[float, int]] = []
        self.as_of: dict[int, date] = {}
        self.sizes: dict[int, set[int]] = {}
        self.currencies: dict[int, str] = {}
        self.windows: dict[int, str] = {}
        for at, result in enumerate(self.results):
            self._add(at, result)

    def _add(self, call: int, result: ToolResult) -> None:
        try:
            body = msgspec.json.decode(result.output)
        except (msgspec.DecodeError, ValueError, RecursionError):
            return
        if not isinstance(body, dict):
            return
        day = read_day(body["as_of"]) if isinstance(body.get("as_of"), str) else None
        if day is not None:
            self.as_of[call] = day
        self.sizes[call] = set()
        if isinstance(body.get("math_eval_result"), dict):
            self._add_math(call, body["math_eval_result"])
        elif isinstance(body.get("content_search_result"), dict):
            self._add_passages(call, body["content_search_result"])
            notes = body.get("notes")
            self.texts += [Text(one, ("notes",), None, call) for one in notes or () if isinstance(one, str)]
        else:
            self._walk(body, (), None, call)

    def _add_math(self, call: int, body: Mapping[str, Any]) -> None:
        try:
            self.math.append((float(body.get("result", "")), call))
        except (TypeError, ValueError):
            return

    def _add_passages(self, call: int, body: Mapping[str, Any]) -> None:
        passages = body.get("passages")
        for at, row in enumerate(passages if isinstance(passages, list) else ()):
            if isinstance(row, dict):
                text, title, url = (str(row.get(key) or "") for key in ("text", "title", "url"))
                self.passages.append(Passage(text, title, url, call, ("content_search_result", "passages", at, "text")))
                self.texts.append(Text(str(row.get("published_at") or ""), (), None, call))

    def _walk(self, node: Any, path: tuple[str | int, ...], entity: Entity | None, call: int) -> None:
        if len(path) > _DEEPEST or len(self.cells) > _MOST_CELLS:
            return
        if type(node) is dict:
            entity = self.entities.of(node, path, entity)
            if "rows" in node and "headers" in node:
                self._add_table(node, path, entity, call)
                return
            items: Iterable[tuple[Any, Any]] = node.items()
            self._note(node, call)
        else:
            items = enumerate(node)
            self.sizes[call].add(len(node))
        cells, texts, parts = self.cells, self.texts, self.entities.part
        for key, value in items:
            kind = type(value)
            if kind is float or kind is int:
                if key not in _NOT_CELLS and not (path and path[-1] in _NOT_CELLS):
                    owner = entity if entity is not None else parts(key)
                    cells.append(Cell(value, (*path, key), owner, call))
            elif kind is str:
                texts.append(Text(value, (*path, key), entity, call))
            elif kind is dict or kind is list:
                step = self._add_notes if key in _SKIPPED and not path else self._walk
                step(value, (*path, key), entity, call)

    def _note(self, node: Mapping[str, Any], call: int) -> None:
        """What an object says of all numbers of its result."""
        if "quote_currency" in node and isinstance(node["quote_currency"], str):
            self.currencies[call] = node["quote_currency"]
        if "time_period" in node and isinstance(node["time_period"], str):
            self.windows[call] = node["time_period"]

    def _add_notes(self, node: Any, path: tuple[str | int, ...], _: Entity | None, call: int) -> None:
        for at, row in enumerate(node if isinstance(node, list) else ()):
            for key, value in row.items() if isinstance(row, dict) else ():
                if isinstance(value, str):
                    self.texts.append(Text(value, (*path, at, key), None, call))

    def _add_table(
        self, node: Mapping[str, Any], path: tuple[str | int, ...], entity: Entity | None, call: int
    ) -> None:
        headers, rows = node["headers"], node["rows"]
        if not isinstance(headers, list) or not isinstance(rows, list):
            return
        self.sizes[call].add(len(rows))
        if headers and headers[0] == "time":
            self.series.append(
                Series(entity, call, path, tuple(map(str, headers)), rows, str(node.get("interval", "")))
            )
            if isinstance(node.get("note"), str):
                self.texts.append(Text(node["note"], (*path, "note"), entity, call))
            return
        for at, row in enumerate(rows):
            named = dict(zip(map(str, headers), row, strict=False)) if isinstance(row, list) else {}
            owner = self.entities.of(named, path, entity)
            for key, value in named.items():
                if type(value) in (int, float) and key not in _NOT_CELLS:
                    self.cells.append(Cell(value, (*path, "rows", at, key), owner, call))

    @cached_property
    def _by_value(self) -> tuple[list[float], list[Cell]]:
        ordered = sorted(((abs(cell.value), at) for at, cell in enumerate(self.cells)))
        return [value for value, _ in ordered], [self.cells[at] for _, at in ordered]

    def near(self, lowest: float, highest: float) -> Sequence[Cell]:
        """Cells whose size, sign aside, is within the bounds."""
        values, cells = self._by_value
        return cells[bisect_left(values, lowest) : bisect_right(values, highest)]

    @cached_property
    def by_measure(self) -> Mapping[str, Sequence[Cell]]:
        found: dict[str, list[Cell]] = {}
        for cell in self.cells:
            found.setdefault(cell.meaning.measure, []).append(cell)
        return found

    def told_apart(self, cell: Cell) -> frozenset[str]:
        """The words that tell the cells of one measure of one owner apart: long and short liquidations."""
        return self._told_apart.get(
            (cell.meaning.measure, cell.entity.key if cell.entity is not None else ""), frozenset()
        )

    @cached_property
    def _told_apart(self) -> Mapping[tuple[str, str], frozenset[str]]:
        found: dict[tuple[str, str], frozenset[str]] = {}
        for measure, cells in self.by_measure.items():
            for cell in cells:
                if cell.meaning.qualifiers:
                    key = (measure, cell.entity.key if cell.entity is not None else "")
                    found[key] = found.get(key, frozenset()) | cell.meaning.qualifiers
        return found

    def place_of(self, day: date) -> tuple[int, str] | None:
        """Where a result names the day, as text or as a bar's time: the call and where."""
        found = self._days_in_texts.get(day)
        if found is not None:
            return found
        for one in self.series:
            at = one.row_of(day)
            if at is not None:
                return one.call, f"{one.pointer}/rows/{at}/0"
        return next(((call, "/as_of") for call, as_of in self.as_of.items() if as_of == day), None)

    @cached_property
    def _days_in_texts(self) -> Mapping[date, tuple[int, str]]:
        found: dict[date, tuple[int, str]] = {}
        for text in self.texts:
            if text.text[:2] in {"19", "20"} and len(text.text) >= 10:
                day = read_day(text.text)
                if day is not None:
                    found.setdefault(day, (text.call, "/" + "/".join(map(str, text.path))))
        return found

    def days_of(self, cell: Cell) -> set[date]:
        """The days a cell speaks of by the times that stand beside it."""
        beside = self._beside.get((cell.call, cell.path[:-1]), ())
        names = {str(cell.path[-1]), ""}
        own = {day for name, day in beside if name in names or name in _ROW_TIMES}
        return own or ({self.as_of[cell.call]} if cell.call in self.as_of else set())

    @cached_property
    def _beside(self) -> Mapping[tuple[int, tuple[str | int, ...]], list[tuple[str, date]]]:
        found: dict[tuple[int, tuple[str | int, ...]], list[tuple[str, date]]] = {}
        for text in self.texts:
            key = text.path[-1] if text.path else ""
            if isinstance(key, str) and text.text[:2] in {"19", "20"}:
                day = read_day(text.text)
                if day is not None:
                    name = key.removesuffix("_time").removesuffix("_at")
                    found.setdefault((text.call, text.path[:-1]), []).append((name if name != key else key, day))
        return found

    def bars_near(self, lowest: float, highest: float) -> Sequence[Bar]:
        """Values of histories within the bounds, in the order of the histories."""
        values, bars = self._bars_by_value
        found = bars[bisect_left(values, lowest) : bisect_right(values, highest)]
        return [bar for _, bar in sorted(found, key=_place)]

    @cached_property
    def _bars_by_value(self) -> tuple[list[float], list[tuple[int, Bar]]]:
        bars = [(one, value, name, day, row) for one in self.series for value, name, day, row in one.cells()]
        ordered = sorted(enumerate(bars), key=_value)
        return [bar[1] for _, bar in ordered], ordered

    def hours_of(self, cell: Cell) -> float:
        """The length of the window a cell is of; a list of one period says it once for all its rows."""
        meaning = cell.meaning
        if meaning.hours or meaning.aspect != "change":
            return meaning.hours
        return meaning_of((f"change_{self.windows.get(cell.call, '24h')}",)).hours

    def currency(self, call: int) -> str:
        named = self.currencies.get(call, "USD")
        return load_vocabulary().currencies.get(named.lower(), named)

    def moment_of(self, cell: Cell, now: datetime) -> str:
        """The time of a cell for reports: its bar's day, else that of its result."""
        if cell.day is not None:
            return cell.day.isoformat()
        return self.as_of.get(cell.call, now.date()).isoformat()


def _place(numbered: tuple[int, Bar]) -> int:
    return numbered[0]


def _value(numbered: tuple[int, Bar]) -> float:
    return numbered[1][1]


_ROW_TIMES = frozenset({"timestamp", "last_updated", "bar_time", "bar", "as_of", "time"})
