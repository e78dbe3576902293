"""Values of a SQLite file as a PostgreSQL takes them: the same value, or none at all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from cryptodesk.core.errors import InternalError
from cryptodesk.storage.dialect import adapt
from cryptodesk.storage.shape import Column, Table

__all__ = ["Conversion"]

_MOST_WHOLE: Final = 2**53


class Conversion:
    """Of the rows of one table. `replaced` counts the texts in which a character was put in place of one that no text
    of PostgreSQL can hold; without leave to do so there is none."""

    def __init__(self, table: Table, types: Mapping[str, str], *, may_replace: bool) -> None:
        """`types` are those of the other database. Raises: InternalError where a column cannot be copied."""
        self.replaced = 0
        self._table = table
        self._may_replace = may_replace
        self._columns = [self._converter(column, types.get(column.name)) for column in table.columns]

    def rows(self, rows: Iterable[Sequence[Any]]) -> list[tuple[Any, ...]]:
        """Raises: InternalError, which names the column, never the value."""
        columns = self._columns
        return [
            tuple(None if value is None else convert(value) for convert, value in zip(columns, row, strict=True))
            for row in rows
        ]

    def _converter(self, column: Column, kind: str | None) -> Callable[[Any], Any]:
        makers: dict[str | None, Callable[[Column], Callable[[Any], Any]]] = {
            "text": self._text,
            "bigint": self._integer,
            "integer": self._integer,
            "double precision": self._real,
            "bytea": self._bytes,
            "boolean": self._truth,
        }
        if kind not in makers:
            found = "there is none" if kind is None else f"it is {kind}"
            raise InternalError(f"the column {self._table.name}.{column.name} cannot be copied: in the target {found}")
        return makers[kind](column)

    def _text(self, column: Column) -> Callable[[Any], str]:
        def convert(value: Any) -> str:
            if type(value) is int and not column.kind:  # a column without a type, which took numbers too
                return str(value)
            if type(value) is not str:
                raise self._unfit(column, value)
            stored: str = adapt((value,))[0]
            if stored != value:
                self._replace(column)
            return stored

        return convert

    def _replace(self, column: Column) -> None:
        self.replaced += 1
        if not self._may_replace:
            raise InternalError(
                f"a text in {self._table.name}.{column.name} has a character that no text of PostgreSQL can hold (NUL,"
                " or half of a character); --replace-characters puts U+FFFD in the place of each"
            )

    def _integer(self, column: Column) -> Callable[[Any], int]:
        def convert(value: Any) -> int:
            if type(value) is not int:
                raise self._unfit(column, value)
            return value

        return convert

    def _real(self, column: Column) -> Callable[[Any], float]:
        def convert(value: Any) -> float:
            if type(value) is float:
                return value
            if type(value) is not int or abs(value) > _MOST_WHOLE:
                raise self._unfit(column, value)
            return float(value)

        return convert

    def _bytes(self, column: Column) -> Callable[[Any], bytes]:
        def convert(value: Any) -> bytes:
            if type(value) is not bytes:
                raise self._unfit(column, value)
            return value

        return convert

    def _truth(self, column: Column) -> Callable[[Any], bool]:
        def convert(value: Any) -> bool:
            if value not in (0, 1):
                raise self._unfit(column, value)
            return bool(value)

        return convert

    def _unfit(self, column: Column, value: object) -> InternalError:
        return InternalError(
            f"the column {self._table.name}.{column.name} holds a value of the type {type(value).__name__}, which the"
            " target cannot hold there: the file was changed by something else than cryptodesk"
        )
