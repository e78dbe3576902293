"""Many assets as columns, for scanning them fast."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Any

from cryptodesk.market.screening.names import canonical_platform, canonical_tag

__all__ = ["Column", "Getter", "ScreenTable", "read_moment", "read_number"]

Getter = str | Callable[[Any], Any]

_DAY_SECONDS = 86_400.0


class Column:
    """Numbers, NaN where one is missing. `known` counts the others, among which are the `lowest` and `highest`."""

    def __init__(self, values: Iterable[float]) -> None:
        self.values = list(values)
        known = [value for value in self.values if not math.isnan(value)]
        self.known = len(known)
        self.lowest = min(known, default=math.nan)
        self.highest = max(known, default=math.nan)

    @cached_property
    def rising(self) -> list[float]:
        """What to sort by from the lowest on: the missing come last."""
        return self._filled(math.inf)

    @cached_property
    def falling(self) -> list[float]:
        """What to sort by from the highest on: the missing come last."""
        return self._filled(-math.inf)

    def _filled(self, filling: float) -> list[float]:
        if self.known == len(self.values):
            return self.values
        return [filling if math.isnan(value) else value for value in self.values]


class ScreenTable:
    """Rows in the order given. Columns by field name: `numbers` (dates among them, as unix seconds), `texts` (folded;
    None where missing) and `tags` (sets of canonical tags)."""

    def __init__(
        self,
        ids: Sequence[Hashable],
        numbers: Mapping[str, Iterable[float | None]],
        texts: Mapping[str, Iterable[str | None]] | None = None,
        tags: Mapping[str, Iterable[Iterable[str] | None]] | None = None,
    ) -> None:
        """Raises: ValueError if a column has not one value an id."""
        self.ids = tuple(ids)
        self.numbers = {name: Column(map(read_number, values)) for name, values in numbers.items()}
        self.texts = {name: _folded(name, values) for name, values in (texts or {}).items()}
        self.tags = {name: _tag_sets(values) for name, values in (tags or {}).items()}
        lengths = {name: len(column.values) for name, column in self.numbers.items()}
        lengths.update((name, len(cells)) for name, cells in self.texts.items())
        lengths.update((name, len(cells)) for name, cells in self.tags.items())
        wrong = sorted(name for name, length in lengths.items() if length != len(self.ids))
        if wrong:
            raise ValueError(f"{len(self.ids)} ids, but column {wrong[0]!r} has {lengths[wrong[0]]} values")

    @classmethod
    def from_records(
        cls,
        records: Sequence[Any],
        *,
        id_field: Getter,
        numbers: Mapping[str, Getter] | Iterable[str] = (),
        texts: Mapping[str, Getter] | Iterable[str] = (),
        tags: Mapping[str, Getter] | Iterable[str] = (),
        dates: Mapping[str, Getter] | Iterable[str] = (),
    ) -> ScreenTable:
        """A column for each name: the attribute so called, or what the name is mapped to (an attribute or a call)."""
        read = {
            **_columns(records, numbers),
            **{name: map(read_moment, at) for name, at in _columns(records, dates).items()},
        }
        return cls(_values(records, id_field), read, _columns(records, texts), _columns(records, tags))

    def __len__(self) -> int:
        return len(self.ids)

    def __contains__(self, field: str) -> bool:
        return field in self.numbers or field in self.texts or field in self.tags

    def known(self, field: str) -> int:
        """How many rows have a value for the field; 0 for a field the table does not have."""
        if field in self.numbers:
            return self.numbers[field].known
        cells: Sequence[object] = self.texts.get(field) or self.tags.get(field) or ()
        return sum(1 for cell in cells if cell)

    def value(self, field: str, row: int) -> float | str | frozenset[str] | None:
        """One cell; None where it is missing."""
        if field in self.numbers:
            number = self.numbers[field].values[row]
            return None if math.isnan(number) else number
        return self.texts[field][row] if field in self.texts else self.tags[field][row]

    def add_derived(self, as_of: datetime) -> None:
        """Adds supply_ratio, turnover, tvl_ratio and age_days where they are lacking and can be computed.

        `as_of` is aware; a table is changed by nothing else."""
        for name, first, second in _QUOTIENTS:
            if name not in self and first in self.numbers and second in self.numbers:
                above, below = self.numbers[first].values, self.numbers[second].values
                self.numbers[name] = Column(map(_quotient, above, below))
        if "age_days" not in self and "date_added" in self.numbers:
            now = as_of.timestamp()
            # What was added after the moment asked about is not yet known then.
            ages = ((now - at) / _DAY_SECONDS for at in self.numbers["date_added"].values)
            self.numbers["age_days"] = Column(age if age >= 0 else math.nan for age in ages)


_QUOTIENTS = (
    ("supply_ratio", "circulating_supply", "max_supply"),
    ("turnover", "volume_24h", "market_cap"),
    ("tvl_ratio", "market_cap", "tvl"),
)


def read_number(value: Any) -> float:
    """A number or numeric text as a float; NaN for everything else, infinity and booleans among it."""
    if value.__class__ is float:
        return value if math.isfinite(value) else math.nan
    if value is None or isinstance(value, bool):
        return math.nan
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return math.nan
    return number if math.isfinite(number) else math.nan


def read_moment(value: Any) -> float:
    """Unix seconds of a datetime, a date or their ISO text (UTC where no zone is given); NaN for everything else."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return math.nan
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).timestamp()
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC).timestamp()
    return math.nan


def _quotient(above: float, below: float) -> float:
    return above / below if below > 0 else math.nan


def _columns(records: Sequence[Any], fields: Mapping[str, Getter] | Iterable[str]) -> dict[str, list[Any]]:
    getters = fields if isinstance(fields, Mapping) else {name: name for name in fields}
    return {name: _values(records, getter) for name, getter in getters.items()}


def _values(records: Sequence[Any], getter: Getter) -> list[Any]:
    if isinstance(getter, str):
        return [getattr(record, getter) for record in records]
    return [getter(record) for record in records]


def _folded(name: str, values: Iterable[str | None]) -> list[str | None]:
    fold = canonical_platform if name == "platform" else str.casefold
    seen: dict[str, str] = {}
    return [None if not text else seen.get(text) or seen.setdefault(text, fold(text)) for text in values]


def _tag_sets(rows: Iterable[Iterable[str] | None]) -> list[frozenset[str]]:
    seen: dict[tuple[str, ...], frozenset[str]] = {}
    keys = (tuple(row or ()) for row in rows)
    return [seen.get(key) or seen.setdefault(key, frozenset(map(canonical_tag, key))) for key in keys]
