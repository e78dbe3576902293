import { describe, expect, it } from "vitest";
import type { DrawnChart, DrawnSeries } from "./convert";
import { rowsOf, summaryOf } from "./words";

const DAY = 86_400;
const line = (name: string, values: (number | null)[]): DrawnSeries => ({ id: name, name, kind: "line", points: values.map((value, index) => ({ time: index * DAY, value })), candles: [], volume: [] });
const chart = (...series: DrawnSeries[]): DrawnChart => ({ title: "Price", series, format: "usd", valueName: "close", isIndexed: false, first: 0, last: 2 * DAY, granularity: "1d" });

describe("summaryOf", () => {
  it("tells first, last, change, highest and lowest with their days", () => {
    expect(summaryOf(chart(line("BTC", [100, 80, null, 110])))).toBe(
      "Price, 1970-01-01 to 1970-01-03. BTC: from $100.00 on 1970-01-01 to $110.00 on 1970-01-04, up 10.00 %; highest $110.00 on 1970-01-04, lowest $80.00 on 1970-01-02.",
    );
  });

  it("says so where there is nothing", () => {
    expect(summaryOf(chart())).toBe("Price: no values.");
    expect(summaryOf(chart(line("X", [null])))).toContain("X: no values.");
  });
});

describe("rowsOf", () => {
  it("joins series by moment and leaves gaps empty", () => {
    expect(rowsOf(chart(line("A", [1, 2]), line("B", [null, 3, 4])))).toEqual({
      head: ["Time, UTC", "A, close", "B, close"],
      rows: [["1970-01-01", 1, null], ["1970-01-02", 2, 3], ["1970-01-03", null, 4]],
    });
  });

  it("gives candles their prices and volume", () => {
    const series: DrawnSeries = { ...line("A", [2]), kind: "candles", candles: [{ time: 0, open: 1, high: 3, low: 0.5, close: 2 }], volume: [{ time: 0, value: 9 }] };
    expect(rowsOf(chart(series))).toEqual({ head: ["Time, UTC", "Open", "High", "Low", "Close", "Volume"], rows: [["1970-01-01", 1, 3, 0.5, 2, 9]] });
  });
});
