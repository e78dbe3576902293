"""Public dump formats as the files that `ingest` reads."""

from __future__ import annotations

import csv
import json
import os
import re
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal, get_args

import msgspec
from msgspec import Struct

from cryptodesk.core.errors import InvalidRequest
from cryptodesk.market.intake.cells import RowError, parse_moment

__all__ = ["Converted", "Format", "convert_file", "detect_format"]

Format = Literal["binance", "cryptodatadownload", "coingecko"]

_CANDLE_HEADER = ("opened_at", "open", "high", "low", "close", "volume", "quote_volume")
_METRIC_HEADER = ("time", "metric", "value", "unit", "interval", "known_at")
_BINANCE_COLUMNS = 12
_LARGEST_JSON_BYTES = 256 * 2**20
_VOLUME = re.compile(r"volume[ _]+(\w+)", re.IGNORECASE)
# CoinGecko's lists by the metric they become; amounts are in the currency that was asked for.
_CHARTS = {"prices": "price", "market_caps": "market_cap", "total_volumes": "volume_24h"}

Row = tuple[object, ...]


class Converted(Struct, frozen=True):
    """What was written. `skipped` rows could not be read, `first_problem` is the first of them."""

    file: str
    format: Format
    rows: int
    skipped: int
    first_problem: str | None = None


class _Skipped(Struct):
    count: int = 0
    first: str | None = None

    def add(self, line: int, reason: object) -> None:
        self.count += 1
        self.first = self.first or f"line {line}: {reason}"


def detect_format(path: Path) -> Format:
    """By the file's first lines. Raises: InvalidRequest if none fits."""
    try:
        with path.open("rb") as file:
            head = file.read(4096).decode("utf-8-sig", errors="replace")
    except OSError as error:
        raise InvalidRequest(f"{str(path)!r} cannot be read: {error.strerror or error}") from error
    if head.lstrip().startswith("{") and '"prices"' in head:
        return "coingecko"
    lines = head.splitlines()[:3]
    if any(_VOLUME.search(line) and "unix" in line.lower() for line in lines):
        return "cryptodatadownload"
    if lines and len(lines[0].split(",")) == _BINANCE_COLUMNS:
        return "binance"
    raise InvalidRequest(
        f"{str(path)!r} is in no known format: none of {', '.join(get_args(Format))} fits; name one with --format"
    )


def convert_file(path: Path, target: Path, form: Format | None = None, currency: str = "USD") -> Converted:
    """Writes `target` whole or not at all. `currency` is that of CoinGecko's amounts.

    Raises: InvalidRequest for a file that is not in the format, or cannot be read or written."""
    form = form or detect_format(path)
    skipped = _Skipped()
    header = _METRIC_HEADER if form == "coingecko" else _CANDLE_HEADER
    rows = _READERS[form](path, skipped, currency.upper())
    part = target.with_name(target.name + ".part")
    try:
        count = _write(part, header, rows)
        if not count:
            part.unlink()
            raise InvalidRequest(f"{str(path)!r} holds no row in the format {form}: {skipped.first or 'it is empty'}")
        os.replace(part, target)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        part.unlink(missing_ok=True)
        raise InvalidRequest(f"{str(path)!r} cannot be converted: {error}") from error
    return Converted(path.name, form, count, skipped.count, skipped.first)


def _write(part: Path, header: Row, rows: Iterator[Row]) -> int:
    count = 0
    with part.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        for row in rows:
            writer.writerow(row)
            count += 1
        file.flush()
        os.fsync(file.fileno())
    return count


def _read_binance(path: Path, skipped: _Skipped, _: str) -> Iterator[Row]:
    """open_time, open, high, low, close, volume, close_time, quote_volume, and four more; a header is optional."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        for line, cells in enumerate(csv.reader(file), 1):
            if len(cells) != _BINANCE_COLUMNS:
                skipped.add(line, f"has {len(cells)} columns instead of {_BINANCE_COLUMNS}")
                continue
            if line == 1 and not cells[0].isdecimal():
                continue
            try:
                yield (parse_moment(cells[0], "open_time"), *cells[1:6], cells[7])
            except RowError as error:
                skipped.add(line, error)


def _read_cryptodatadownload(path: Path, skipped: _Skipped, _: str) -> Iterator[Row]:
    """An address, then unix, date, symbol, open, high, low, close, Volume <coin>, Volume <currency>; newest first."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = enumerate(csv.reader(file), 1)
        places: dict[str, int] = {}
        for _line, cells in reader:
            places = {title.strip().lower(): place for place, title in enumerate(cells)}
            if "unix" in places:
                break
        volumes = [title for title in places if _VOLUME.fullmatch(title)]
        wanted = ["unix", "open", "high", "low", "close", *volumes[:2]]
        if len(volumes) != 2 or not places.keys() >= set(wanted):
            return
        for line, cells in reader:
            try:
                unix, *rest = (cells[places[title]] for title in wanted)
                yield (parse_moment(unix, "unix"), *rest)
            except (IndexError, RowError) as error:
                skipped.add(line, error)


def _read_coingecko(path: Path, skipped: _Skipped, currency: str) -> Iterator[Row]:
    """`market_chart`: lists of [milliseconds, value]. A value is of its moment, so it is known from then on."""
    if path.stat().st_size > _LARGEST_JSON_BYTES:
        raise InvalidRequest(f"{str(path)!r} is larger than {_LARGEST_JSON_BYTES:,} bytes")
    try:
        charts = msgspec.json.decode(path.read_bytes(), type=dict[str, Any])
    except msgspec.DecodeError as error:
        raise InvalidRequest(f"{str(path)!r} is no JSON object: {error}") from error
    for title, metric in _CHARTS.items():
        points = charts.get(title)
        if isinstance(points, list):
            yield from _chart(points, (metric, currency), skipped)


def _chart(points: list[Any], named: tuple[str, str], skipped: _Skipped) -> Iterator[Row]:
    metric, currency = named
    interval = _interval(points)
    for number, point in enumerate(points, 1):
        try:
            moment, value = point
            at = parse_moment(moment, metric)
            yield at, metric, json.dumps(float(value)), currency, interval, at
        except (TypeError, ValueError) as error:
            skipped.add(number, error)


def _interval(points: list[Any]) -> str:
    """The interface gives days, hours or five minutes, by the length of the span that was asked for."""
    try:
        steps = sorted(after[0] - before[0] for before, after in pairwise(points))
        typical = steps[len(steps) // 2] / 1000 if steps else 86_400
    except (TypeError, IndexError):
        return "1d"
    return "1d" if typical > 43_200 else "1h" if typical > 1_800 else "5m"


_READERS: dict[Format, Callable[[Path, _Skipped, str], Iterator[Row]]] = {
    "binance": _read_binance,
    "cryptodatadownload": _read_cryptodatadownload,
    "coingecko": _read_coingecko,
}
