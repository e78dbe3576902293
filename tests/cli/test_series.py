"""Series of an answer, and what is drawn of them."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from cryptodesk.cli._series import Series, chart_lines, draw_chart, series_of, sparkline
from cryptodesk.core.events import RunEvent, ToolCallFinished
from cryptodesk.core.research import Chart, ChartColumn, ChartEntity, ChartSeries, ResearchOutcome
from cryptodesk.core.tools import ToolTrace
from tests.cli.support import an_answer, folded

SOL = Series("SOL", (("2026-09-08", 1.0), ("2026-09-09", 2.0)))


def trace(output: str, status: str = "completed") -> RunEvent:
    return ToolCallFinished(ToolTrace("c", "cmc_market_data", "{}", status, output, output=output))  # type: ignore[arg-type]


def history(symbol: str, *closes: float | None) -> dict[str, object]:
    rows = [[f"2026-09-0{day}", close] for day, close in enumerate(closes, 1)]
    return {"symbol": symbol, "history": {"headers": ["time", "close"], "rows": rows}}


def test_a_sparkline_runs_from_lowest_to_highest() -> None:
    assert sparkline([1.0, 2.0, 3.0]) == "▁▅█"
    assert sparkline([2.0, 2.0]) == "▅▅"


def test_a_long_series_is_thinned_and_keeps_its_peak_and_its_trough() -> None:
    values = [10.0] * 1000
    values[333], values[777] = 20.0, 1.0
    drawn = sparkline(values, width=40)
    assert (len(drawn), drawn.count("█"), drawn.count("▁")) == (40, 1, 1)


def test_price_histories_of_tool_results_are_series_and_what_is_none_is_passed_over() -> None:
    output = {"market_data_result": {"results": [history("SOL", 1, None, 2), {"symbol": "ETH"}, history("X", 5)]}}
    fold = folded([trace("not json"), trace(json.dumps(output)), trace('{"market_data_result": []}'), trace("[1]")])
    assert series_of(fold) == [Series("SOL", (("2026-09-01", 1.0), ("2026-09-03", 2.0)))]


def test_a_history_that_two_tools_brought_is_one_series() -> None:
    output = json.dumps({"market_data_result": {"results": [history("SOL", 1, 2)]}})
    assert len(series_of(folded([trace(output), trace(output)]))) == 1


def test_the_charts_of_a_researched_answer_go_before_the_histories() -> None:
    columns = tuple(
        ChartColumn(slug=slug, name=slug, description="", format="number", is_timestamp=slug == "time")
        for slug in ("time", "open", "close")
    )
    day = datetime(2026, 9, 1, tzinfo=UTC)
    rows = ((day.timestamp(), 1.0, 3.0), (day.timestamp() + 86_400, 2.0, None), (day.timestamp() + 172_800, 2.0, 5.0))
    chart = Chart(
        chart_id=1,
        kind="candles",
        title="Solana",
        dataset="price",
        metric="close",
        granularity="1d",
        start=day,
        end=day,
        columns=columns,
        series=(ChartSeries("5426", ChartEntity("asset", "5426", "Solana", symbol="SOL"), rows),),
    )
    output = json.dumps({"market_data_result": {"results": [history("ETH", 1, 2)]}})
    (series,) = series_of(folded([trace(output), *an_answer("x", research=ResearchOutcome(charts=(chart,)))]))
    assert (series.name, [value for _, value in series.points]) == ("SOL", [3.0, 5.0])
    assert series.points[-1][0].startswith("2026-09-03")


def test_a_chart_line_has_name_chart_and_both_ends() -> None:
    assert chart_lines([SOL]) == ["   SOL  ▁█  1 on 2026-09-08 to 2 on 2026-09-09"]


def test_chart_lines_keep_to_the_width() -> None:
    long = Series("SOL", tuple((f"2026-01-{day:02}", float(day)) for day in range(1, 29)) * 5)
    assert all(len(line) <= 80 for line in chart_lines([long], width=80))


def test_a_large_chart_has_its_scale_and_its_dates() -> None:
    rising = Series("SOL", tuple((f"2026-01-{day:02}", float(day)) for day in range(1, 29)))
    title, *rows, below = draw_chart(rising, width=60, height=4)
    assert title == "SOL: 1 to 28"
    assert [row.split("┤")[0].strip() for row in rows] == ["28", "", "", "1"]
    assert rows[0].endswith("█")
    assert rows[-1].split("┤")[1].startswith("▁")
    assert below.split() == ["2026-01-01", "2026-01-28"]
    assert len({len(row) for row in (*rows, below)}) == 1
