"""Public dumps become files that `ingest` reads, to the last digit."""

from __future__ import annotations

from pathlib import Path

import pytest

from cryptodesk.core.errors import InvalidRequest
from cryptodesk.market.intake.convert import convert_file

BINANCE = (
    "1704067200000,42283.58,42554.57,42261.02,42475.23,1271.68,1704070799999,53957248.9,47134,682.5,28957416.8,0\n"
    "1735693200000000,93548.8,93600,93400.5,93500.1,10.5,1735696799999999,981750.9,100,5,490000.1,0\n"
)
DOWNLOAD = (
    "https://www.example.org\nunix,date,symbol,open,high,low,close,Volume BTC,Volume USDT,tradecount\n"
    "1704153600000,2024-01-02 00:00:00,BTC/USDT,2,3,1,2.5,10,25.5,7\n1704067200,2024-01-01,BTC/USDT,1,2,1,2,9,18,7\n"
)
CHART = (
    '{"prices": [[1704067200000, 42261.04], [1704153600000, 44172.15]], "market_caps": [[1704067200000, 8.2e11]],'
    ' "total_volumes": [[1704067200000, null], [1704153600000, 2.1e10]]}'
)


def convert(tmp_path: Path, text: str, name: str = "dump.csv") -> tuple[list[str], object]:
    file, target = tmp_path / name, tmp_path / "out.csv"
    file.write_text(text)
    converted = convert_file(file, target)
    assert not (tmp_path / "out.csv.part").exists()
    return target.read_text().splitlines(), converted


@pytest.mark.parametrize(
    "header", ["", "open_time,open,high,low,close,volume,close_time,quote_volume,count,a,b,ignore\n"]
)
def test_binance_klines_in_milliseconds_and_microseconds(tmp_path: Path, header: str) -> None:
    lines, _ = convert(tmp_path, header + BINANCE)
    assert lines == [
        "opened_at,open,high,low,close,volume,quote_volume",
        "1704067200,42283.58,42554.57,42261.02,42475.23,1271.68,53957248.9",
        "1735693200,93548.8,93600,93400.5,93500.1,10.5,981750.9",
    ]


def test_a_download_with_an_address_above_its_header(tmp_path: Path) -> None:
    lines, _ = convert(tmp_path, DOWNLOAD)
    assert lines[1:] == ["1704153600,2,3,1,2.5,10,25.5", "1704067200,1,2,1,2,9,18"]


def test_a_chart_becomes_three_metrics_and_missing_values_are_skipped_and_said(tmp_path: Path) -> None:
    lines, converted = convert(tmp_path, CHART, "chart.json")
    assert lines == [
        "time,metric,value,unit,interval,known_at",
        "1704067200,price,42261.04,USD,1d,1704067200",
        "1704153600,price,44172.15,USD,1d,1704153600",
        "1704067200,market_cap,820000000000.0,USD,1d,1704067200",
        "1704153600,volume_24h,21000000000.0,USD,1d,1704153600",
    ]
    assert (converted.skipped, converted.format) == (1, "coingecko")  # type: ignore[attr-defined]


def test_damaged_rows_are_counted(tmp_path: Path) -> None:
    _, converted = convert(tmp_path, BINANCE + "1,2\n" + BINANCE.replace("1704067200000", "soon"))
    assert (converted.rows, converted.skipped) == (3, 2)  # type: ignore[attr-defined]
    assert converted.first_problem == "line 3: has 2 columns instead of 12"  # type: ignore[attr-defined]


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "{}", "\x00\x01"])
def test_an_unknown_format_is_refused_with_those_that_are_known(tmp_path: Path, text: str) -> None:
    with pytest.raises(InvalidRequest, match="none of binance, cryptodatadownload, coingecko fits"):
        convert(tmp_path, text)


def test_a_file_that_does_not_fit_the_named_format_leaves_the_target_alone(tmp_path: Path) -> None:
    file, target = tmp_path / "dump.csv", tmp_path / "out.csv"
    file.write_text("a,b\n")
    target.write_text("what was there")
    with pytest.raises(InvalidRequest, match="holds no row in the format binance"):
        convert_file(file, target, "binance")
    assert target.read_text() == "what was there"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["dump.csv", "out.csv"]
