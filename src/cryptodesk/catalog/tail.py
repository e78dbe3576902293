"""The long tail of assets: names, tickers and other vendors' ids from lists published in January 2023.

`tail.tsv.gz` is written by scripts/convert_openbb_ids.py. It is kept as columns of plain text, because twenty thousand
records of their own would cost more time and memory at the start than all other identities together.
"""

from __future__ import annotations

import re
import zlib
from array import array
from bisect import bisect_left
from collections.abc import Sequence
from datetime import date
from functools import cache
from importlib.resources import files

from msgspec import Struct

__all__ = ["FIRST_OWN_ID", "TAIL_PUBLISHED_ON", "TailColumns", "TailRow", "load_tail", "parse_tail"]

# The lists are older than the package that published them; that they existed is certain only from then on.
TAIL_PUBLISHED_ON = date(2023, 1, 31)
FIRST_OWN_ID = 1_000_000_000
_CELLS = 7
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


@cache
def load_tail() -> TailColumns:
    """The shipped rows. Raises: ValueError if the file is malformed."""
    packed = (files(__package__) / "tail.tsv.gz").read_bytes()
    return parse_tail(zlib.decompress(packed, zlib.MAX_WBITS | 16))


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
