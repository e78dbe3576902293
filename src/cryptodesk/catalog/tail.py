"""The long tail of assets: names, tickers and other vendors' ids from lists published in January 2023.

`tail.tsv.gz` is written by scripts/convert_openbb_ids.py. It is kept as columns of plain text, because twenty thousand
records of their own would cost more time and memory at the start than all other identities together.
"""

from __future__ import annotations

import re
import zlib
from array import array
from bisect import bisect_left
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from functools import cache, cached_property
from importlib.resources import files

from msgspec import Struct

__all__ = [
    "FIRST_OWN_ID",
    "TAIL_PUBLISHED_ON",
    "TailColumns",
    "TailRow",
    "TailText",
    "load_catalogued",
    "load_tail",
    "load_tail_text",
    "parse_tail",
]

# The lists are older than the package that published them; that they existed is certain only from then on.
TAIL_PUBLISHED_ON = date(2023, 1, 31)
FIRST_OWN_ID = 1_000_000_000
_CELLS = 7
_GZIP = zlib.MAX_WBITS | 16
_STEP_BYTES = 16_384
_NOT_SLUG = re.compile(r"[^a-z0-9]+")


class TailRow(Struct, frozen=True):
    """One asset of the lists. `rank` is its place by market capitalisation in the list of that time, None if it had
    none; `is_active` is False for one that had ceased by then, or that `successor_id` has replaced since."""

    asset_id: int
    name: str
    symbol: str
    slug: str
    coingecko_id: str | None
    coinpaprika_id: str | None
    rank: int | None
    is_active: bool
    successor_id: int | None


class TailColumns:
    """Rows by ascending id: first those of the verified catalogue, then from `first_own` on the desk's own."""

    def __init__(self, cells: Sequence[str]) -> None:
        self.ids = array("q", map(int, cells[0::_CELLS]))
        self.names = [_unescape(name) if "\\" in name else name for name in cells[1::_CELLS]]
        self.symbols = [_unescape(symbol) if "\\" in symbol else symbol for symbol in cells[2::_CELLS]]
        self._gecko = cells[3::_CELLS]
        self._paprika = cells[4::_CELLS]
        self._ranks = cells[5::_CELLS]
        self._states = cells[6::_CELLS]
        self.first_own = bisect_left(self.ids, FIRST_OWN_ID)

    def __len__(self) -> int:
        return len(self.ids)

    def find(self, asset_id: int) -> int | None:
        """The row of an id."""
        row = bisect_left(self.ids, asset_id)
        return row if row < len(self.ids) and self.ids[row] == asset_id else None

    def rank(self, row: int) -> int | None:
        return int(self._ranks[row]) if self._ranks[row] else None

    def is_active(self, row: int) -> bool:
        return not self._states[row]

    def row(self, row: int) -> TailRow:
        state, name, symbol = self._states[row], self.names[row], self.symbols[row]
        gecko = _slugify(name) if self._gecko[row] == "=" else self._gecko[row]
        paprika = f"{_slugify(symbol)}-{_slugify(name)}" if self._paprika[row] == "=" else self._paprika[row]
        return TailRow(
            asset_id=self.ids[row],
            name=name,
            symbol=symbol,
            slug=gecko or paprika.partition("-")[2] or _slugify(name),
            coingecko_id=gecko or None,
            coinpaprika_id=paprika or None,
            rank=self.rank(row),
            is_active=not state,
            successor_id=int(state) if state.isdigit() else None,
        )

    def slug(self, row: int) -> str:
        """The slug where it is another text than the name's own, else ""."""
        return "" if self._gecko[row] in {"", "="} else self._gecko[row]


class TailText:
    """The same rows as one text: a few of them are found in it long before all have been read."""

    def __init__(self, content: bytes) -> None:
        self._text = "\n" + content.decode("ascii")
        self._small = self._text.lower()

    def find(self, asset_id: int) -> int | None:
        """The row of an id."""
        at = self._text.find(f"\n{asset_id}\t")
        return None if at < 0 else self._text.count("\n", 0, at)

    def one(self, asset_id: int) -> TailColumns:
        """The row of an id that there is, alone."""
        return self._line(self._text.index(f"\n{asset_id}\t"))

    def holding(self, cells: Collection[str]) -> Iterator[tuple[int, TailColumns]]:
        """The rows that have one of the cells, which are in small letters, each with its number and alone, in their
        order. Rows with letters that are written as escapes are all among them."""
        starts = {start for cell in cells for start in self._starts(f"\t{cell}\t")}
        number = before = 0
        for start in sorted(starts | self._escaped.keys()):
            number += self._text.count("\n", before, start)
            before = start
            yield number, self._escaped.get(start) or self._line(start)

    @cached_property
    def _escaped(self) -> Mapping[int, TailColumns]:
        return {start: self._line(start) for start in self._starts("\\")}

    def _starts(self, part: str) -> Iterator[int]:
        """Where the lines begin that hold the part, which is not at their beginning."""
        at = self._small.find(part)
        while at >= 0:
            yield self._small.rindex("\n", 0, at)
            at = self._small.find(part, self._small.index("\n", at))

    def _line(self, start: int) -> TailColumns:
        return parse_tail(self._text[start + 1 : self._text.index("\n", start + 1)].encode())


@cache
def load_tail() -> TailColumns:
    """The shipped rows. Raises: ValueError if the file is malformed."""
    return parse_tail(zlib.decompress(_packed(), _GZIP))


@cache
def load_tail_text() -> TailText:
    return TailText(zlib.decompress(_packed(), _GZIP))


@cache
def load_catalogued() -> TailColumns:
    """The rows of the verified catalogue alone. They stand first, so that no more of the file is read.

    Raises: ValueError if the file is malformed."""
    unpacking, content, packed = zlib.decompressobj(_GZIP), b"", _packed()
    while packed and not _owns_last_line(content):
        content += unpacking.decompress(packed, _STEP_BYTES)
        packed = unpacking.unconsumed_tail
    lines = content.decode("ascii").splitlines(keepends=True)
    # The last line may be a part of one.
    return parse_tail("".join(line for line in lines if line.endswith("\n") and not _is_own(line)).encode())


def _packed() -> bytes:
    return (files(__package__) / "tail.tsv.gz").read_bytes()


def _owns_last_line(content: bytes) -> bool:
    whole = content[: content.rfind(b"\n") + 1]
    return bool(whole) and _is_own(whole.decode("ascii").splitlines()[-1])


def _is_own(line: str) -> bool:
    return int(line.partition("\t")[0]) >= FIRST_OWN_ID


def parse_tail(content: bytes) -> TailColumns:
    """Raises: ValueError for a line without seven cells or an id out of order."""
    text = content.decode("ascii").removesuffix("\n")
    cells = text.replace("\n", "\t").split("\t") if text else []
    if len(cells) != _CELLS * (text.count("\n") + 1 if text else 0):
        raise ValueError(f"the long tail must have {_CELLS} cells a line, found {len(cells)} cells")
    columns = TailColumns(cells)
    if any(later <= earlier for earlier, later in zip(columns.ids, columns.ids[1:], strict=False)):
        raise ValueError("the ids of the long tail must ascend")
    return columns


def _unescape(text: str) -> str:
    return text.encode("ascii").decode("unicode_escape")


def _slugify(text: str) -> str:
    return _NOT_SLUG.sub("-", text.lower()).strip("-")
