import { describe, expect, it } from "vitest";
import type { UsageReport, UsageRow } from "../api/types";
import { toCsv } from "../answer/csv";
import { barsOf, daysOf, lastDays, monthToDate, usageRows } from "./usageReport";

const row = (more: Partial<UsageRow>): UsageRow => ({
  runs: 1, usage: { input_tokens: 10, output_tokens: 2, cache_read_tokens: 0, cache_write_tokens: 0, reasoning_tokens: 0 }, charged_usd: "0.000000000000000000003", refunded_usd: "0", ...more,
});
const report = (by: UsageReport["by"], data: UsageRow[]): UsageReport => ({ object: "usage", from: "2026-11-20", to: "2026-11-22", by, data, total: row({}) });
const NOW = new Date("2026-11-22T01:00:00Z");

describe("periods", () => {
  it("counts days back in UTC, today included", () => {
    expect(lastDays(7, NOW)).toEqual({ from: "2026-11-16", to: "2026-11-22" });
    expect(monthToDate(NOW)).toEqual({ from: "2026-11-01", to: "2026-11-22" });
  });

  it("lists days over the end of a month, none for what is no date", () => {
    expect(daysOf("2026-02-27", "2026-03-01")).toEqual(["2026-02-27", "2026-02-28", "2026-03-01"]);
    expect([daysOf("x", "2026-03-01"), daysOf("2026-03-02", "2026-03-01")]).toEqual([[], []]);
  });
});

describe("barsOf", () => {
  it("has a bar for every day, oldest first, and null where a price is unknown", () => {
    const days = report("day", [row({ day: "2026-11-22", charged_usd: null }), row({ day: "2026-11-20", charged_usd: "0.5" })]);
    expect(barsOf(days, "cost")).toEqual([{ name: "2026-11-20", value: 0.5 }, { name: "2026-11-21", value: 0 }, { name: "2026-11-22", value: null }]);
    expect(barsOf(days, "tokens").map((bar) => bar.value)).toEqual([12, 0, 12]);
  });

  it("puts models and keys with the largest first", () => {
    const models = report("model", [row({ model: "a", runs: 2 }), row({ model: "b", runs: 9 })]);
    expect(barsOf(models, "runs").map((bar) => bar.name)).toEqual(["b", "a"]);
  });
});

it("writes amounts to a file with every digit of the wire, and nothing for the unknown", () => {
  const csv = toCsv(usageRows(report("key", [row({ key_id: "k1" }), row({ key_id: "k2", charged_usd: null })])));
  expect(csv.split("\r\n").slice(0, 3)).toEqual([
    "key_id,runs,input_tokens,output_tokens,cache_read_tokens,cache_write_tokens,reasoning_tokens,charged_usd,refunded_usd",
    "k1,1,10,2,0,0,0,0.000000000000000000003,0",
    "k2,1,10,2,0,0,0,,0",
  ]);
});
