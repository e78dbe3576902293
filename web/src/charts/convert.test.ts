import { describe, expect, it } from "vitest";
import type { Chart, ChartColumn } from "../api/types";
import { drawnOf, rebased } from "./convert";

const column = (slug: string, format = "currency"): ChartColumn => ({ slug, name: slug, description: "", format, is_timestamp: slug === "time", attribution: [] });
const chart = (more: Partial<Chart>): Chart => ({
  chart_id: 1, kind: "line", title: "Price", dataset: "prices", metric: "price", granularity: "1d", start: "", end: "",
  columns: [column("time"), column("price")], series: [], ...more,
});
const DAY = 86_400;

describe("drawnOf", () => {
  it("reads candles with their volume by the names of the columns", () => {
    const columns = ["time", "open", "high", "low", "close", "volume"].map((slug) => column(slug));
    const rows = [[DAY, 1, 3, 0.5, 2, 100], [2 * DAY, 2, 4, 1, null, 50]];
    const drawn = drawnOf(chart({ kind: "candles", columns, series: [{ key: "1", rows }] }));
    expect(drawn.series[0]?.candles).toEqual([{ time: DAY, open: 1, high: 3, low: 0.5, close: 2 }]);
    expect(drawn.series[0]?.points).toEqual([{ time: DAY, value: 2 }, { time: 2 * DAY, value: null }]);
    expect(drawn.series[0]?.volume.map((point) => point.value)).toEqual([100, 50]);
    expect([drawn.format, drawn.valueName, drawn.first, drawn.last]).toEqual(["usd", "close", DAY, 2 * DAY]);
  });

  it("draws candles without four prices as a line", () => {
    expect(drawnOf(chart({ kind: "candles", series: [{ key: "1", rows: [[DAY, 5]] }] })).series[0]?.kind).toBe("line");
  });

  it("puts moments in order, keeps the last of those told twice, and drops what is no moment", () => {
    const rows = [[3 * DAY, 3], [DAY, 1], [3 * DAY, 4], [null, 9], [1.5, 9], [1e15, 9]];
    expect(drawnOf(chart({ series: [{ key: "1", rows }] })).series[0]?.points).toEqual([{ time: DAY, value: 1 }, { time: 3 * DAY, value: 4 }]);
  });

  it("keeps gaps as gaps and leaves out a series without values", () => {
    const rows = [[DAY, 1], [2 * DAY, null], [3 * DAY, Number.NaN]];
    const drawn = drawnOf(chart({ series: [{ key: "1", rows }, { key: "2", rows: [[DAY, null]] }, { key: "3", rows: [] }] }));
    expect(drawn.series.map((series) => series.points.map((point) => point.value))).toEqual([[1, null, null]]);
  });

  it("knows bars, areas, percentages and indexed charts", () => {
    const series = [{ key: "1", rows: [[DAY, 1]], entity: { entity_type: "asset", entity_id: "1", name: "Bitcoin", symbol: "BTC" } }];
    const bars = drawnOf(chart({ kind: "histogram", columns: [column("time"), column("rate", "percentage")], series }));
    expect([bars.series[0]?.kind, bars.format, bars.series[0]?.name]).toEqual(["bars", "percent", "BTC"]);
    expect(drawnOf(chart({ kind: "area", series })).series[0]?.kind).toBe("area");
    expect(drawnOf(chart({ kind: "line", is_indexed: true, series })).format).toBe("number");
    expect(drawnOf(chart({ kind: "sunburst", series })).series[0]?.kind).toBe("line");
  });
});

describe("rebased", () => {
  const series = drawnOf(chart({ series: [{ key: "1", rows: [[DAY, 50], [2 * DAY, 40], [3 * DAY, 60]] }, { key: "2", rows: [[2 * DAY, 2], [3 * DAY, null], [4 * DAY, 3]] }] })).series;

  it("makes every series 100 on the first moment that all have", () => {
    expect(rebased(series).map((each) => each.points.map((point) => point.value))).toEqual([[100, 150], [100, null, 150]]);
  });

  it("leaves series alone that begin at nothing", () => {
    const zero = [{ ...series[0]!, points: [{ time: DAY, value: 0 }] }];
    expect(rebased(zero)).toEqual(zero);
  });
});
