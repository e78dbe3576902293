"""The shipped price record: what is in the file is what the metadata and the known history of these markets say."""

from __future__ import annotations

import gzip
import hashlib
import json
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from importlib.resources import files
from itertools import pairwise
from pathlib import Path

import pytest

from cryptodesk.core.errors import InternalError
from cryptodesk.market.shipped import ShippedCandle, ShippedRecord, load_metadata, load_shipped

FOLDER = Path(str(files("cryptodesk.market") / "snapshot"))

FIRST_DAYS = {
    "BNBUSDT": date(2021, 1, 1),
    "BTCUSDT": date(2021, 1, 1),
    "DOGEUSDT": date(2021, 1, 1),
    "ENAUSDT": date(2024, 4, 3),
    "ETHUSDT": date(2021, 1, 1),
    "HYPEUSDT": date(2025, 5, 31),
    "SOLUSDT": date(2021, 1, 1),
    "TRUMPUSDT": date(2025, 1, 19),
    "XRPUSDT": date(2021, 1, 1),
    "ZECUSDT": date(2021, 1, 1),
}


@pytest.fixture(scope="module")
def record() -> ShippedRecord:
    return load_shipped()


@pytest.fixture(scope="module")
def by_instrument(record: ShippedRecord) -> dict[str, list[ShippedCandle]]:
    held: dict[str, list[ShippedCandle]] = {}
    for shipped in record.candles:
        held.setdefault(shipped.instrument, []).append(shipped)
    return held


def _candles(by_instrument: dict[str, list[ShippedCandle]]) -> Iterator[ShippedCandle]:
    for candles in by_instrument.values():
        yield from candles


def test_the_file_is_byte_for_byte_the_one_the_metadata_describe() -> None:
    metadata = json.loads((FOLDER / "metadata.json").read_text())
    packed = (FOLDER / metadata["data"]).read_bytes()
    assert hashlib.sha256(packed).hexdigest() == metadata["file_sha256"]
    assert metadata["file_sha256"] == "574d2f78b7ad9372d46a8673ac70e99c5d7bff48c39081b73269059e31ce5db0"
    assert hashlib.sha256(gzip.decompress(packed)).hexdigest() == metadata["content_sha256"]
    assert len(packed) < 1_000_000


def test_the_file_carries_no_time_of_packing() -> None:
    packed = (FOLDER / load_metadata().data).read_bytes()
    assert packed[4:8] == b"\0\0\0\0"


def test_the_licence_of_the_data_is_shipped_beside_it() -> None:
    metadata = load_metadata()
    text = (FOLDER / metadata.licence["text"]).read_text()
    assert metadata.licence["spdx"] == "MIT"
    assert metadata.licence["copyright"] in text
    assert "shall be included in all" in text


def test_the_notice_names_the_data_and_its_origin() -> None:
    notice = Path(__file__).parents[2] / "NOTICE"
    metadata = load_metadata()
    text = notice.read_text()
    for words in (metadata.origin["package"], metadata.origin["version"], metadata.licence["copyright"], metadata.data):
        assert words in text


def test_ten_instruments_begin_on_their_first_whole_day_and_end_together(
    by_instrument: dict[str, list[ShippedCandle]],
) -> None:
    assert {name: held[0].candle.opened_at.date() for name, held in by_instrument.items()} == FIRST_DAYS
    assert {held[-1].candle.opened_at for held in by_instrument.values()} == {datetime(2026, 9, 9, tzinfo=UTC)}


def test_the_metadata_count_what_the_file_holds(
    record: ShippedRecord, by_instrument: dict[str, list[ShippedCandle]]
) -> None:
    assert record.metadata.instruments.keys() == by_instrument.keys()
    for name, span in record.metadata.instruments.items():
        held = by_instrument[name]
        assert (span.first, span.last) == (held[0].candle.opened_at.date(), held[-1].candle.opened_at.date())
        assert span.candles == len(held)
    assert record.metadata.version == "2026-09-09"


def test_no_day_is_left_out_or_told_twice(by_instrument: dict[str, list[ShippedCandle]]) -> None:
    for name, held in by_instrument.items():
        gaps = {after.candle.opened_at - before.candle.opened_at for before, after in pairwise(held)}
        assert gaps == {timedelta(days=1)}, name


def test_every_candle_is_possible(by_instrument: dict[str, list[ShippedCandle]]) -> None:
    for shipped in _candles(by_instrument):
        bar = shipped.candle
        assert 0 < bar.low <= min(bar.open, bar.close) <= max(bar.open, bar.close) <= bar.high, shipped
        assert bar.opened_at.tzinfo is UTC


def test_volumes_in_coins_and_in_the_quote_currency_agree_with_the_prices(
    by_instrument: dict[str, list[ShippedCandle]],
) -> None:
    for shipped in _candles(by_instrument):
        bar = shipped.candle
        assert bar.quote_volume is not None
        assert bar.low * 0.9999 <= bar.quote_volume / bar.volume <= bar.high * 1.0001, shipped


def test_days_join_without_jumps_as_a_market_that_never_closes_does(
    by_instrument: dict[str, list[ShippedCandle]],
) -> None:
    for name, held in by_instrument.items():
        for before, after in pairwise(held):
            assert abs(after.candle.open / before.candle.close - 1) < 0.005, (name, after)


@pytest.mark.parametrize(
    ("instrument", "day", "close"),
    [
        ("BTCUSDT", date(2021, 1, 1), 29337.16),
        ("BTCUSDT", date(2021, 11, 10), 64920.13),
        ("BTCUSDT", date(2024, 3, 14), 71455.5),
        ("BTCUSDT", date(2026, 9, 9), 78264.1),
        ("ETHUSDT", date(2021, 1, 1), 729.77),
        ("HYPEUSDT", date(2025, 5, 31), 32.671),
        ("TRUMPUSDT", date(2025, 1, 19), 46.618),
        ("DOGEUSDT", date(2021, 1, 2), 0.010542),
    ],
)
def test_known_closes_are_kept_to_the_last_digit(
    by_instrument: dict[str, list[ShippedCandle]], instrument: str, day: date, close: float
) -> None:
    held = by_instrument[instrument]
    assert held[(day - FIRST_DAYS[instrument]).days].candle.close == close


def test_long_fractions_survive_the_text_form(by_instrument: dict[str, list[ShippedCandle]]) -> None:
    first = by_instrument["BTCUSDT"][0]
    assert first.candle.quote_volume == 6157505024.08511
    assert first.funding == 24.316969905087312


def test_funding_that_its_publisher_could_not_complete_is_missing_not_zero(
    by_instrument: dict[str, list[ShippedCandle]],
) -> None:
    missing = {
        (shipped.instrument, shipped.candle.opened_at.date().isoformat())
        for shipped in _candles(by_instrument)
        if shipped.funding is None
    }
    assert missing == {
        ("ENAUSDT", "2026-06-24"),
        ("HYPEUSDT", "2026-06-24"),
        ("SOLUSDT", "2022-11-10"),
        ("TRUMPUSDT", "2026-06-24"),
    }


def test_a_changed_file_is_refused(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(FOLDER, tmp_path / "snapshot"))
    name = load_metadata().data
    content = gzip.decompress((folder / name).read_bytes()).replace(b"29337.16", b"29337.17", 1)
    (folder / name).write_bytes(gzip.compress(content, mtime=0))
    with pytest.raises(InternalError, match="is damaged"):
        load_shipped(folder)


@pytest.mark.parametrize("content", [b"", b"no gzip", gzip.compress(b"x" * 100, mtime=0)[:30]])
def test_a_file_cut_short_is_refused_with_a_way_out(tmp_path: Path, content: bytes) -> None:
    folder = Path(shutil.copytree(FOLDER, tmp_path / "snapshot"))
    (folder / load_metadata().data).write_bytes(content)
    with pytest.raises(InternalError, match="reinstall"):
        load_shipped(folder)


@pytest.mark.parametrize("text", [None, "", "{}", '{"source": 1}'])
def test_broken_metadata_are_refused(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / "metadata.json").write_text(text)
    with pytest.raises(InternalError, match="metadata cannot be read"):
        load_metadata(tmp_path)
