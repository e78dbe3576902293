import { describe, expect, it } from "vitest";
import { isFigure, readTable } from "./tables";

describe("isFigure", () => {
  it.each(["$4.13 trillion", "-2.12%", "+8.59% (2026-11-17)", "1,234", "61.72% [1][3]", "0.0004", "12 BTC", "~5", "−3.1", "€5", "2.5x"])("%j is one", (text) => {
    expect(isFigure(text)).toBe(true);
  });

  it.each(["Bitcoin (BTC)", "1. Bitcoin (BTC) [1]", "2026-08-23 to 2026-11-21", "", "n/a", "up 5 %"])("%j is none", (text) => {
    expect(isFigure(text)).toBe(false);
  });
});

describe("readTable", () => {
  it("reads cells without the citation buttons in them", () => {
    const table = document.createElement("table");
    table.innerHTML = '<tr><th>Asset</th></tr><tr><td>Solana <button class="cite">1</button>\n (SOL)</td></tr>';
    expect(readTable(table)).toEqual([["Asset"], ["Solana (SOL)"]]);
  });
});
