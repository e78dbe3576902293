import { describe, expect, it } from "vitest";
import { formatAge, formatBytes, formatDuration, formatMoment, formatNumber, formatValue } from "./format";

describe("formats", () => {
  it("tells days as days and moments to the minute, in UTC", () => {
    expect(formatMoment("2026-11-22")).toBe("2026-11-22");
    expect(formatMoment("2026-11-22T00:00:00Z")).toBe("2026-11-22");
    expect(formatMoment("2026-11-22T11:36:40+02:00")).toBe("2026-11-22 09:36 UTC");
    expect(formatMoment(undefined)).toBe("unknown time");
  });

  it("keeps the digits that matter", () => {
    expect(formatNumber(78264.1)).toBe("78,264.1");
    expect(formatNumber(0.39595001)).toBe("0.39595001");
    expect(formatNumber(0.0000000123)).toBe("1.23e-8");
    expect(formatNumber(Number.NaN)).toBe("none");
    expect(formatValue(0.35030268, "%")).toBe("0.35030268 %");
    expect(formatValue({ a: 1 })).toBe('{"a":1}');
  });

  it("tells ages, durations and sizes in words", () => {
    expect([formatAge(30), formatAge(3_700), formatAge(86_400 * 400), formatAge(null)]).toEqual(["now", "1 hour", "1 year", "unknown"]);
    expect([formatDuration(7.24), formatDuration(812), formatDuration(1_234), formatDuration(undefined)]).toEqual(["7.2 ms", "812 ms", "1.23 s", ""]);
    expect([formatBytes(58_606_387), formatBytes(1_500_000), formatBytes(12_000), formatBytes(undefined)]).toEqual(["59 MB", "1.5 MB", "12 kB", "unknown size"]);
  });
});
