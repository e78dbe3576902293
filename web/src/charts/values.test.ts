import { expect, it } from "vitest";
import { faded } from "./colour";
import { rangesOf, spanOf } from "./ranges";
import { fullValue, momentText, shortValue } from "./values";

it("shortens large values and keeps small ones readable", () => {
  expect([shortValue(4.13e12, "usd"), shortValue(29_630_153, "usd"), shortValue(205_460.64, "usd"), shortValue(0.00042, "usd"), shortValue(-61.7, "percent"), shortValue(0, "number")]).toEqual([
    "$4.13T", "$29.63M", "$205,460.64", "$0.00042", "−61.70 %", "0",
  ]);
});

it("tells whole values and never a zero for what is missing", () => {
  expect([fullValue(29_630_153.881, "usd"), fullValue(null, "usd"), fullValue(undefined, "percent"), fullValue(2.5e12, "number"), fullValue(1.2e-9, "usd")]).toEqual(["$29,630,153.88", "n/a", "n/a", "2.50T", "$1.20e-9"]);
});

it("shows the hour only of what is finer than a day", () => {
  expect([momentText(1_785_542_400, "1d"), momentText(1_785_546_000, "1h"), momentText(1_785_546_000, "15m")]).toEqual(["2026-08-01", "2026-08-01 01:00", "2026-08-01 01:00"]);
});

it("offers the ranges that are shorter than the record and hold some points", () => {
  const day = 86_400;
  const names = (days: number, points: number) => rangesOf(0, days * day, points).map((range) => range.name);
  expect(names(90, 91)).toEqual(["1W", "1M", "All"]);
  expect(names(3_000, 3_001)).toEqual(["1M", "3M", "1Y", "5Y", "All"]);
  expect(names(5, 6)).toEqual([]);
  expect(spanOf({ name: "1W", label: "", seconds: 7 * day }, 0, 90 * day)).toEqual({ from: 83 * day, to: 90 * day });
  expect(spanOf({ name: "All", label: "", seconds: null }, 5, 9)).toEqual({ from: 5, to: 9 });
});

it("fades colours of six digits and leaves others", () => {
  expect([faded("#1f5fd0", 0.5), faded("rgb(1 2 3)", 0.5)]).toEqual(["#1f5fd080", "rgb(1 2 3)"]);
});
