"""Reads the price record that ships with the product; nothing here touches the network or a database."""

from __future__ import annotations

import csv
import gzip
import hashlib
import zlib
from collections.abc import Iterator
from datetime import UTC, date, datetime
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

import msgspec
from msgspec import Struct

from cryptodesk.core.errors import InternalError
from cryptodesk.market.records import Candle, Interval

__all__ = [
    "PROVENANCE_NOTE",
    "InstrumentSpan",
    "ShippedCandle",
    "ShippedRecord",
    "SnapshotMetadata",
    "load_metadata",
    "load_shipped",
]

PROVENANCE_NOTE = "price and volume of the Binance USDT perpetual contract, not of the spot market"


class InstrumentSpan(Struct, frozen=True):
    """The days an instrument's candles cover, first and last included, without a gap."""

    first: date
    last: date
    candles: int


class SnapshotMetadata(Struct, frozen=True):
    """What the shipped file is. `version` is its last day; `content_sha256` is that of the unpacked text."""

    source: str
    title: str
    origin: dict[str, str]
    licence: dict[str, str]
    data: str
    file_sha256: str
    content_sha256: str
    version: str
    interval: Interval
    quote_currency: str
    columns: dict[str, str]
    instruments: dict[str, InstrumentSpan]
    caveats: tuple[str, ...]


class ShippedCandle(Struct, frozen=True):
    """A candle of the file. `funding` is in USDT per coin, paid by a long over the day; None where it is incomplete."""

    instrument: str
    candle: Candle
    funding: float | None


class ShippedRecord(Struct, frozen=True):
    """The file, read and checked: candles sorted by instrument, then oldest first."""

    metadata: SnapshotMetadata
    candles: tuple[ShippedCandle, ...]


def load_metadata(folder: Traversable | None = None) -> SnapshotMetadata:
    """Raises: InternalError if the shipped metadata is missing or malformed."""
    try:
        text = ((folder or _shipped_folder()) / "metadata.json").read_bytes()
        return msgspec.json.decode(text, type=SnapshotMetadata)
    except (OSError, msgspec.DecodeError) as defect:
        raise InternalError(f"the shipped snapshot's metadata cannot be read: {defect}; reinstall") from defect


def load_shipped(folder: Traversable | None = None) -> ShippedRecord:
    """Takes about 60 ms. Raises: InternalError if the file is missing or is not the one its metadata describe."""
    metadata = load_metadata(folder)
    try:
        content = gzip.decompress(((folder or _shipped_folder()) / metadata.data).read_bytes())
    except (OSError, EOFError, zlib.error) as defect:
        raise InternalError(f"the shipped snapshot {metadata.data!r} cannot be read: {defect}; reinstall") from defect
    digest = hashlib.sha256(content).hexdigest()
    if digest != metadata.content_sha256:
        raise InternalError(
            f"the shipped snapshot {metadata.data!r} is damaged: its content has sha256 {digest}, "
            f"expected {metadata.content_sha256}; reinstall"
        )
    return ShippedRecord(metadata, tuple(_parse(content.decode("ascii"))))


def _shipped_folder() -> Traversable:
    return files("cryptodesk.market") / "snapshot"


def _parse(text: str) -> Iterator[ShippedCandle]:
    rows: Any = csv.reader(text.splitlines())
    next(rows)
    days: dict[str, datetime] = {}
    for instrument, day, opening, high, low, close, volume, quote_volume, funding in rows:
        opened_at = days.get(day) or days.setdefault(day, datetime.fromisoformat(day).replace(tzinfo=UTC))
        candle = Candle(
            opened_at, float(opening), float(high), float(low), float(close), float(volume), float(quote_volume)
        )
        yield ShippedCandle(instrument, candle, float(funding) if funding else None)
