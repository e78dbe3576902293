"""Files come in whole, row by row checked, and what was wrong is said with its line."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from cryptodesk.core.errors import InvalidRequest
from cryptodesk.market.feeds.stored import StoredFeed
from cryptodesk.market.intake.cells import RowError
from cryptodesk.market.intake.ingest import Ingested, ingest_file
from cryptodesk.market.intake.rows import IngestOptions
from cryptodesk.market.query import AssetId, Query
from cryptodesk.market.records import CandleSeries, MetricSeries
from cryptodesk.storage.database import Database
from tests.market.databases import database, postgres_server
from tests.market.store.support import DAY

__all__ = ["database", "postgres_server"]

NOW = datetime(2026, 6, 1, tzinfo=UTC)
BITCOIN = IngestOptions(asset="btc", interval="1d", source="own", currency="usd")
HEADER = "date,open,high,low,close,volume,quote_volume\n"


def resolve(name: str) -> AssetId:
    if name.lower() in {"btc", "1"}:
        return 1
    raise RowError(f"asset: {name!r} is unknown")


def ingest(
    database: Database,
    text: str | bytes,
    options: IngestOptions = BITCOIN,
    *,
    name: str = "a.csv",
    again: bool = False,
) -> Ingested:
    with TemporaryDirectory() as folder:
        file = Path(folder) / name
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return ingest_file(database, file, options, resolve, now=int(NOW.timestamp()), again=again)


async def series(database: Database, interval: str = "1d", as_of: datetime | None = None) -> CandleSeries:
    query = Query(kind=CandleSeries, ids=(1,), interval=interval, as_of=as_of)  # type: ignore[arg-type]
    return (await StoredFeed(database).find(query)).records[0]


def day(number: int, close: float = 10.0) -> str:
    return f"2026-01-{number:02},10,{max(close, 10) + 1},{min(close, 10) - 1},{close},5,50\n"


async def test_a_csv_file_becomes_a_series_with_the_options_names(database: Database) -> None:
    done = ingest(database, HEADER + day(1) + day(2, 11.5))
    assert (done.rows, done.written, done.refused, done.series, done.problems) == (2, 2, 0, 1, ())
    held = await series(database)
    assert (held.instrument, held.quote_currency, held.provenance.source) == ("btc-USD", "USD", "own")
    assert held.provenance.mode == "snapshot"
    assert [(bar.opened_at.day, bar.close, bar.quote_volume) for bar in held.candles] == [
        (1, 10.0, 50.0),
        (2, 11.5, 50.0),
    ]


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("Open Time,Open,High,Low,Close,Volume", "1767225600000,1,2,0.5,1.5,9"),
        ("timestamp,o,h,l,c,v", "1767225600,1,2,0.5,1.5,9"),
        ("\ufeffDateTime,OPEN,HIGH,LOW,CLOSE,Vol,junk", "2026-01-01T00:00:00Z,1,2,0.5,1.5,9,x"),
        ("date,open,high,low,close,volume", "2026-01-01 01:00:00+01:00,1,2,.5,15e-1,9.0"),
        ('"unix","open","high","low","close","volume"', '"1767225600000000","1","2","0.5","1.5","9"'),
        ("# exported\ntime;x\nopened_at,open,high,low,close,volume", "2026-01-01,1,2,0.5,1.5,9"),
    ],
)
async def test_headers_and_moments_are_read_as_people_write_them(database: Database, header: str, row: str) -> None:
    ingest(database, f"{header}\n{row}\r\n")
    (bar,) = (await series(database)).candles
    assert bar.opened_at == datetime(2026, 1, 1, tzinfo=UTC)
    assert (bar.open, bar.high, bar.low, bar.close, bar.volume, bar.quote_volume) == (1, 2, 0.5, 1.5, 9, None)


async def test_json_lines_and_json_and_gzip_give_the_same(database: Database) -> None:
    row = {"opened_at": "2026-01-01", "open": 1, "high": 2, "low": 0.5, "close": 1.5, "volume": 9}
    document = {"asset_id": 1, "interval": "1d", "quote_currency": "USD", "source": "own", "candles": [row]}
    assert ingest(database, json.dumps(row) + "\n", name="a.jsonl").written == 1
    assert ingest(database, json.dumps(document), IngestOptions(source="own"), name="b.json").rows == 1
    assert ingest(database, gzip.compress(json.dumps(row).encode()), name="c.ndjson.gz", again=True).written == 0
    assert len((await series(database)).candles) == 1


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("2026-01-02,10,9,8,9,5,50", "low 8, open 10, close 9 and high 9 cannot be of one candle"),
        ("2026-01-02,0,9,8,9,5,50", "open: '0' is no price"),
        ("2026-01-02,-1,9,8,9,5,50", "open: '-1' is no price"),
        ("2026-01-02,nan,9,8,9,5,50", "open: 'nan' is no finite number"),
        ("2026-01-02,10,inf,8,9,5,50", "high: 'inf' is no finite number"),
        ('2026-01-02,"1,5",9,8,9,5,50', "open: '1,5' is no finite number"),
        ("2026-01-02,10,11,9,10,-5,50", "volume: '-5' is below zero"),
        ("2026-01-02,10,11,9,10,,50", "volume: None is no finite number"),
        ("2026-01-02,10,11,9,10,5,x", "quote_volume: 'x' is no finite number"),
        ("2026-01-02T05:00,10,11,9,10,5,50", "does not begin a 1d candle"),
        ("yesterday,10,11,9,10,5,50", "time: 'yesterday' is no moment"),
        ("1999-01-01,10,11,9,10,5,50", "is outside 2009 to 2199"),
        ("99999999999999999999999999,10,11,9,10,5,50", "time:"),
        ("2026-01-02,10,11,9", "has 4 cells, the header 7"),
        ("2026-01-01,10,11,9,10.5,5,50", "is of the same moment as line 2, which counts"),
    ],
)
async def test_a_bad_row_is_named_and_the_good_ones_are_kept(database: Database, row: str, said: str) -> None:
    done = ingest(database, HEADER + day(1) + row + "\n" + day(3))
    assert (done.rows, done.refused) == (2, 1)
    (problem,) = done.problems
    assert problem.line == 3
    assert said in problem.reason
    assert [bar.opened_at.day for bar in (await series(database)).candles] == [1, 3]


async def test_the_order_of_rows_in_a_file_does_not_matter(database: Database) -> None:
    done = ingest(database, HEADER + day(3) + day(1) + day(2) + day(1, 12.0))
    assert (done.written, [problem.line for problem in done.problems]) == (3, [5])
    assert [bar.opened_at.day for bar in (await series(database)).candles] == [1, 2, 3]


def test_of_many_bad_rows_all_are_counted_and_some_are_shown(database: Database) -> None:
    done = ingest(database, HEADER + day(1) + "x,1,1,1,1,1,1\n" * 300)
    assert (done.rows, done.refused, len(done.problems)) == (1, 300, 20)


@pytest.mark.parametrize(
    ("text", "name", "said"),
    [
        ("", "a.csv", "no header with a time column"),
        ("a,b\n1,2\n", "a.csv", "no header with a time column"),
        ("time,close\n1,2\n", "a.csv", "has no column for open, high, low, volume"),
        (HEADER, "a.csv", "holds no good row"),
        (HEADER + "x,1,1,1,1,1,1\n", "a.csv", "holds no good row: line 2 time: 'x' is no moment"),
        (b"\xff\xfe\x00", "a.csv", "cannot be read"),
        (b"no gzip", "a.csv.gz", "cannot be read"),
        ("x" * 200_000, "a.csv", "line 1 is longer than"),
        ("{}", "a.json", "no list of `candles` or `points`"),
        ("[]", "a.json", "is no JSON object"),
        ("time", "a.parquet", "is of no known kind"),
    ],
)
def test_a_file_that_is_no_table_is_refused_and_leaves_nothing(
    database: Database, text: str | bytes, name: str, said: str
) -> None:
    with pytest.raises(InvalidRequest) as refused:
        ingest(database, text, name=name)
    assert said in str(refused.value)
    assert database.read("SELECT count(*) FROM candle_series") == [(0,)]
    assert database.read("SELECT count(*) FROM ingested_files") == [(0,)]


def test_what_nobody_said_of_a_row_is_asked_for(database: Database) -> None:
    for options, said in (
        (IngestOptions(interval="1d", source="own", currency="USD"), "asset: is missing"),
        (IngestOptions(asset="btc", source="own", currency="USD"), "interval: is missing"),
        (IngestOptions(asset="btc", interval="2d", source="own", currency="USD"), "interval: '2d' is none of"),
        (IngestOptions(asset="doge", interval="1d", source="own", currency="USD"), "asset: 'doge' is unknown"),
    ):
        with pytest.raises(InvalidRequest, match=said):
            ingest(database, HEADER + day(1), options)


async def test_columns_name_several_series_in_one_file(database: Database) -> None:
    text = "asset,interval,currency,time,open,high,low,close,volume\n" + "".join(
        f"BTC,{interval},{currency},2026-01-05,1,2,0.5,1,1\n"
        for interval in ("1d", "1w")
        for currency in ("USD", "EUR")
    )
    assert ingest(database, text, IngestOptions(source="own")).series == 4
    assert (await series(database, "1w")).candles[0].opened_at.weekday() == 0


async def test_the_same_file_again_is_skipped_unless_asked(database: Database) -> None:
    text = HEADER + day(1)
    ingest(database, text)
    assert ingest(database, text, name="copy.csv").was_known
    assert ingest(database, text, again=True).written == 0
    assert not ingest(database, text, IngestOptions(asset="1", interval="1d", source="two", currency="USD")).was_known


async def test_a_file_that_corrects_counts_from_now_on_only(database: Database) -> None:
    ingest(database, HEADER + day(1) + day(2))
    assert ingest(database, HEADER + day(1) + day(2, 12.0) + day(3)).written == 2
    assert [bar.close for bar in (await series(database, as_of=NOW - DAY)).candles] == [10, 10, 10]
    assert [bar.close for bar in (await series(database, as_of=NOW)).candles] == [10, 12, 10]


async def test_a_column_says_since_when_a_row_is_known(database: Database) -> None:
    text = "time,open,high,low,close,volume,known_at\n2026-01-01,1,2,.5,1,1,\n2026-01-01,1,2,.5,1.5,1,2026-02-01\n"
    text += "2026-01-02,1,2,.5,1,1,2026-01-02\n2026-01-03,1,2,.5,1,1,2026-03-01\n"
    done = ingest(database, text)
    assert (done.rows, done.refused) == (3, 1)
    assert "before the moment it describes was over" in done.problems[0].reason
    january, february, march = (datetime(2026, month, 15, tzinfo=UTC) for month in (1, 2, 3))
    assert [bar.close for bar in (await series(database, as_of=january)).candles] == [1]
    assert [bar.close for bar in (await series(database, as_of=february)).candles] == [1.5]
    assert [bar.close for bar in (await series(database, as_of=march)).candles] == [1.5, 1]


async def test_points_of_a_metric_come_in_by_column_or_option(database: Database) -> None:
    options = IngestOptions(asset="btc", interval="1d", source="own", metric="active_addresses", unit="count")
    done = ingest(database, "date,value\n2026-01-01,5\n2026-01-02,6\n2026-01-02,7\n2026-01-03,\n", options)
    assert (done.rows, done.refused) == (2, 2)
    text = "time,metric,value,unit,interval,entity\n2026-01-01,tvl,7,USD,1d,solana\n"
    ingest(database, text, IngestOptions(source="own"), name="b.csv")
    document = {
        "metric": "fees",
        "entity": "solana",
        "unit": "USD",
        "granularity": "1d",
        "source": "own",
        "points": [{"at": "2026-01-01", "value": 3}],
    }
    ingest(database, json.dumps(document), IngestOptions(source="own"), name="c.json")
    found = (await StoredFeed(database).find(Query(kind=MetricSeries))).records
    assert [(held.metric, held.entity, [point.value for point in held.points]) for held in found] == [
        ("active_addresses", "1", [5.0, 6.0]),
        ("fees", "solana", [3.0]),
        ("tvl", "solana", [7.0]),
    ]
