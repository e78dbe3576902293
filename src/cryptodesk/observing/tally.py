"""Counting at next to no cost: a look-up of the labels, then additions in place."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import Final

from cryptodesk.observing.board import Board, Row
from cryptodesk.observing.catalogue import Metric, metric

__all__ = ["OTHER", "Meter", "Tally"]

# Beyond this many label sets of a metric, further ones are counted as one: callers choose the names behind `local/*`.
_MOST_SETS: Final = 200
_LONGEST_LABEL: Final = 80

OTHER: Final = "other"


class Tally:
    """The meters of one process over its board. For one event loop."""

    def __init__(self, board: Board | None = None) -> None:
        self.board = board or Board()
        self._meters: dict[str, Meter] = {}
        self._kept: dict[str, dict[tuple[str, ...], int]] = {}
        place = 0
        for row in self.board.rows:
            self._kept.setdefault(row.name, {})[row.labels] = place
            place += row.slots

    def meter(self, name: str) -> Meter:
        """By the metric's name without `cryptodesk_`. Raises: KeyError."""
        found = self._meters.get(name)
        if found is None:
            about = metric(name)
            found = self._meters[name] = Meter(self.board, about, self._kept.get(about.name, {}))
            if about.kind == "gauge":
                found.clear()  # a process that is gone has nothing open
        return found


class Meter:
    __slots__ = ("_board", "_buckets", "_metric", "_places", "_values")

    def __init__(self, board: Board, metric: Metric, places: dict[tuple[str, ...], int]) -> None:
        self._board = board
        self._values = board.values
        self._metric = metric
        self._buckets = metric.buckets
        self._places = places

    def add(self, labels: tuple[str, ...] = (), amount: float = 1.0) -> None:
        place = self._places.get(labels)
        if place is None:
            place = self._make(labels)
        self._values[place] += amount

    def set(self, value: float, labels: tuple[str, ...] = ()) -> None:
        place = self._places.get(labels)
        if place is None:
            place = self._make(labels)
        self._values[place] = value

    def observe(self, value: float, labels: tuple[str, ...] = ()) -> None:
        place = self._places.get(labels)
        if place is None:
            place = self._make(labels)
        self._values[place + bisect_left(self._buckets, value)] += 1.0
        self._values[place + len(self._buckets) + 1] += value

    def add_all(self, numbers: Sequence[float], labels: tuple[str, ...] = ()) -> None:
        """What a histogram that is kept elsewhere has grown by: one number for each of its slots."""
        place = self._places.get(labels)
        if place is None:
            place = self._make(labels)
        for offset, number in enumerate(numbers):
            self._values[place + offset] += number

    def clear(self) -> None:
        for place in self._places.values():
            self._values[place] = 0.0

    def _make(self, labels: tuple[str, ...]) -> int:
        shown = tuple(_clean(label) for label in labels)
        if shown not in self._places and len(self._places) >= _MOST_SETS:
            shown = (OTHER,) * len(labels)
        place = self._places.get(shown)
        if place is None:
            place = self._board.add_row(Row(self._metric.name, shown, self._metric.slots))
            if place is None:
                raise RuntimeError(f"no room is left for {self._metric.name}: a metric has more label sets than it may")
            self._places[shown] = place
        return place


def _clean(label: str) -> str:
    return "".join(character for character in label[:_LONGEST_LABEL] if character.isprintable())
