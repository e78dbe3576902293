"""The script that made the shipped file: all but the reading of parquet, which needs a library we do not ship."""

from __future__ import annotations

import gzip
import importlib.util
import math
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from cryptodesk.market.shipped import load_metadata, load_shipped

REPOSITORY = Path(__file__).parents[2]
START = datetime(2025, 3, 1, tzinfo=UTC)
GOOD = {"open": 2.0, "high": 4.0, "low": 1.5, "close": 3.0, "volume": 10.0, "quote_volume": 25.5, "funding": -0.25}


@pytest.fixture(scope="module")
def script() -> ModuleType:
    path = REPOSITORY / "scripts" / "convert_snapshot.py"
    spec = importlib.util.spec_from_file_location("convert_snapshot", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _cells(days: int = 2, symbol: str = "AAAUSDT", **changes: float) -> list[tuple[str, datetime, str, float]]:
    values = GOOD | changes
    return [(symbol, START + timedelta(days=day), name, value) for name, value in values.items() for day in range(days)]


def test_cells_become_one_line_a_day_without_lost_digits(script: ModuleType) -> None:
    rows = list(script.to_rows(_cells(days=1, volume=0.1 + 0.2)))
    script.check_rows(rows)
    assert script.to_csv(rows) == (
        b"instrument,date,open,high,low,close,volume,quote_volume,funding\n"
        b"AAAUSDT,2025-03-01,2,4,1.5,3,0.30000000000000004,25.5,-0.25\n"
    )


def test_days_before_the_listing_are_left_out_with_their_zero_funding(script: ModuleType) -> None:
    absent = [("AAAUSDT", START - timedelta(days=1), name, math.nan) for name in GOOD if name != "funding"]
    rows = list(script.to_rows([*absent, ("AAAUSDT", START - timedelta(days=1), "funding", 0.0), *_cells()]))
    assert [row[1] for row in rows] == [date(2025, 3, 1), date(2025, 3, 2)]


def test_missing_funding_is_an_empty_cell(script: ModuleType) -> None:
    assert script.to_text(math.nan) == ""
    assert script.to_text(0.0) == "0"


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"high": 2.5}, "outside low..high"),
        ({"low": 2.5}, "outside low..high"),
        ({"volume": 0.0}, "non-positive"),
        ({"quote_volume": math.nan}, "missing"),
    ],
)
def test_impossible_days_are_refused(script: ModuleType, changes: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        script.check_rows(list(script.to_rows(_cells(**changes))))


def test_a_gap_between_days_is_refused(script: ModuleType) -> None:
    rows = list(script.to_rows(_cells(days=3)))
    with pytest.raises(ValueError, match="no candle between 2025-03-01 and 2025-03-03"):
        script.check_rows([rows[0], rows[2]])


def test_two_values_in_one_cell_are_refused(script: ModuleType) -> None:
    with pytest.raises(ValueError, match="two values for 'open'"):
        list(script.to_rows([*_cells(), ("AAAUSDT", START, "open", 2.0)]))


def test_a_candle_that_opens_in_mid_day_is_refused(script: ModuleType) -> None:
    with pytest.raises(ValueError, match="not midnight UTC"):
        list(script.to_rows([("AAAUSDT", START + timedelta(hours=1), "open", 2.0)]))


def test_another_input_than_the_pinned_one_is_refused(script: ModuleType, tmp_path: Path) -> None:
    other = tmp_path / "top10_daily.parquet"
    other.write_bytes(b"PAR1")
    with pytest.raises(ValueError, match="look at it, then repin"):
        script.convert(other, tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["top10_daily.parquet"]


def test_the_shipped_file_is_what_the_script_writes_of_its_candles(script: ModuleType) -> None:
    record = load_shipped()
    rows = []
    for shipped in record.candles:
        bar = shipped.candle
        assert bar.quote_volume is not None
        funding = math.nan if shipped.funding is None else shipped.funding
        values = (bar.open, bar.high, bar.low, bar.close, bar.volume, bar.quote_volume, funding)
        rows.append((shipped.instrument, bar.opened_at.date(), values))
    script.check_rows(rows)
    folder = REPOSITORY / "src" / "cryptodesk" / "market" / "snapshot"
    content = script.to_csv(rows)
    assert content == gzip.decompress((folder / record.metadata.data).read_bytes())
    described = script.describe(rows, content, (folder / record.metadata.data).read_bytes())
    assert described["content_sha256"] == load_metadata().content_sha256
    assert tuple(described["caveats"]) == record.metadata.caveats
    assert described["origin"] == record.metadata.origin
