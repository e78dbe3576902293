import { cleanup, render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, it, vi } from "vitest";
import compare from "../../tests/browser/fixtures/compare.sse?raw";
import renamed from "../../tests/browser/fixtures/renamed.sse?raw";
import { readRecorded } from "../answer/recorded";
import type { Chart } from "../api/types";
import { ChartPanel } from "./ChartPanel";

// The canvas is tried in a browser; here it says what it was given.
vi.mock("./ChartCanvas", () => ({
  default: ({ summary, scale, hidden }: { summary: string; scale: string; hidden: ReadonlySet<string> }) => (
    <div role="application" aria-label={summary} data-scale={scale} data-hidden={[...hidden].join()} />
  ),
}));

afterEach(cleanup);

const [COMPARISON] = readRecorded(compare).extra.charts as [Chart];
const [CANDLES] = readRecorded(renamed).extra.charts as [Chart];

it("tells its course in words", async () => {
  render(<ChartPanel chart={CANDLES} />);
  const canvas = await screen.findByRole("application");
  expect(canvas.getAttribute("aria-label")).toMatch(/^Price of Terra \(LUNA\), 2026-10-23 to 2026-11-21\. LUNA: from \$[\d.]+ on .*, down [\d.]+ %; highest/);
});

it("shows its values as a table, the newest first", async () => {
  const user = userEvent.setup();
  render(<ChartPanel chart={CANDLES} />);
  await user.click(screen.getByRole("button", { name: "Table" }));
  const table = screen.getByRole("table");
  expect(within(table).getAllByRole("columnheader").map((head) => head.textContent)).toEqual(["Time, UTC", "Open", "High", "Low", "Close", "Volume"]);
  const rows = within(table).getAllByRole("row");
  expect(rows).toHaveLength(CANDLES.series[0]!.rows.length + 1);
  expect(rows[1]?.textContent).toMatch(/^2026-11-21\$/);
});

it("hides a line by its name, changes the scale and rebases lines", async () => {
  const user = userEvent.setup();
  render(<ChartPanel chart={COMPARISON} />);
  const canvas = await screen.findByRole("application");
  await user.click(screen.getByRole("button", { name: /^ETH/, pressed: true }));
  expect(canvas.dataset.hidden).toMatch(/^1:/);
  await user.click(screen.getByRole("button", { name: "Log" }));
  expect(canvas.dataset.scale).toBe("log");
  await user.click(screen.getByRole("checkbox", { name: "Rebase to 100" }));
  expect(canvas.getAttribute("aria-label")).toContain("BTC: from 100.00 on");
});

it("names its sources and the library it is drawn with", () => {
  render(<ChartPanel chart={CANDLES} />);
  expect(screen.getByText(/Simulated world \(invented data\)/)).toBeTruthy();
  expect(screen.getByRole("link", { name: /TradingView Lightweight Charts/ }).getAttribute("href")).toBe("https://www.tradingview.com/");
});

it("says so where there is nothing to draw", () => {
  render(<ChartPanel chart={{ ...CANDLES, series: [] }} />);
  expect(screen.getByText(/has no values/)).toBeTruthy();
});
