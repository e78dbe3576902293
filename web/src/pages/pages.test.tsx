import { cleanup, render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import type { ComponentType } from "react";
import { afterEach, expect, it, vi } from "vitest";
import { Client } from "../api/client";
import { ClientContext } from "../api/clientContext";
import { DataPage } from "./DataPage";
import { UsagePage } from "./UsagePage";

afterEach(cleanup);

const DATA = {
  object: "data_status",
  at: "2026-11-22T12:00:00Z",
  mode: "auto",
  holdings: [{ kind: "candles 1d", source: "binance_usdm", mode: "snapshot", rows: 12000, entities: 10, first: "2021-01-01T00:00:00Z", last: "2026-09-09T00:00:00Z", age_seconds: 6_436_800, detail: "USDT" }],
  sources: [{ name: "kraken", state: "on", detail: "3 today" }, { name: "coingecko", state: "resting", detail: "for 9 s" }],
  pullable: [{ name: "coingecko-2025", is_pulled: false, adds: "the 3,000 largest coins", size_bytes: 58_606_387, command: "cryptodesk data pull coingecko-2025" }],
  documents: {
    total: 7,
    holdings: [{ source: "rss", type: "news", documents: 7, first: null, last: "2026-11-22T10:00:00Z", age_seconds: 7200 }],
    subscriptions: [{ id: 1, source: "rss", address: "https://feeds.example.org/a", title: "Feed", state: "failing", documents: 7, last_success_at: null, due_at: null, failures: 3, error: "answered 500", problems: ["no date"], problem_count: 8 }],
    defaults_left: 4,
  },
};
const SUMS = { runs: 3, usage: { input_tokens: 100, output_tokens: 20, cache_read_tokens: 0, cache_write_tokens: 0, reasoning_tokens: 0 }, charged_usd: "0.12000000000000000001", refunded_usd: "0" };
const USAGE = { object: "usage", from: "2026-11-21", to: "2026-11-22", by: "day", data: [{ day: "2026-11-22", ...SUMS }], total: SUMS };
const BUDGETS = { object: "list", data: [{ scope: "account", scope_id: "main", period: "day", limit_usd: "10", spent_usd: "8.5", held_usd: "0.5", left_usd: "1" }] };

function show(Page: ComponentType, answers: Record<string, unknown>) {
  const asked: string[] = [];
  const answer = (async (input: RequestInfo | URL) => {
    const path = String(input);
    asked.push(path);
    const body = answers[path.split("?")[0] ?? ""];
    return body instanceof Response ? body.clone() : Response.json(body);
  }) as typeof fetch;
  render(
    <ClientContext.Provider value={new Client({ key: "k", fetch: answer })}>
      <Page />
    </ClientContext.Provider>,
  );
  return asked;
}

const refusal = (status: number, message: string) => Response.json({ error: { message, type: "server_error", code: "internal_error" } }, { status });

it("shows holdings with their age, sources with their state, what could be pulled, and failing feeds", async () => {
  show(DataPage, { "/v1/data": DATA });
  const [table] = (await screen.findAllByRole("table")) as [HTMLElement];
  expect(within(table).getByText("2 months")).toBeTruthy();
  expect(screen.getByText("1 of 2 on")).toBeTruthy();
  expect(screen.getAllByRole("listitem")[0]?.textContent).toBe("restingcoingeckofor 9 s");
  expect(screen.getByText("cryptodesk data pull coingecko-2025")).toBeTruthy();
  expect(screen.getByText("answered 500")).toBeTruthy();
  expect(screen.getByText("8 items not taken")).toBeTruthy();
});

it("says that a simulated market is invented", async () => {
  show(DataPage, { "/v1/data": { ...DATA, mode: "simulated", holdings: [] } });
  expect((await screen.findByRole("note")).textContent).toContain("invented data");
  expect(screen.getByText("Nothing is stored yet.")).toBeTruthy();
});

it("tells what went wrong and reads again", async () => {
  const user = userEvent.setup();
  const asked = show(DataPage, { "/v1/data": refusal(500, "The desk failed.") });
  expect((await screen.findByRole("alert")).textContent).toContain("The desk failed.");
  await user.click(screen.getByRole("button", { name: "Try again" }));
  expect(asked).toEqual(["/v1/data", "/v1/data"]);
});

it("shows use with exact amounts, and budgets with what is left", async () => {
  show(UsagePage, { "/v1/usage": USAGE, "/v1/budgets": BUDGETS });
  const table = await screen.findByRole("table");
  expect(within(table).getAllByText("0.12000000000000000001")).toHaveLength(2);
  expect(screen.getByRole("img").getAttribute("aria-label")).toBe("Cost, USD, 2 days, at most $0.12");
  const meter = screen.getByRole("meter", { name: "Account main, today" });
  expect([meter.getAttribute("aria-valuenow"), meter.getAttribute("aria-valuetext")]).toEqual(["90", "$8.50 spent, $0.50 held, $1.00 left of $10.00"]);
});

it("asks for another grouping and another period", async () => {
  const user = userEvent.setup();
  vi.useFakeTimers({ now: new Date("2026-11-22T12:00:00Z"), toFake: ["Date"] });
  const asked = show(UsagePage, { "/v1/usage": USAGE, "/v1/budgets": BUDGETS });
  await screen.findByRole("table");
  await user.click(screen.getByRole("button", { name: "By model" }));
  await user.click(screen.getByRole("button", { name: "7 days" }));
  vi.useRealTimers();
  expect(asked.filter((path) => path.startsWith("/v1/usage"))).toEqual([
    "/v1/usage?from=2026-10-24&to=2026-11-22&by=day",
    "/v1/usage?from=2026-10-24&to=2026-11-22&by=model",
    "/v1/usage?from=2026-11-16&to=2026-11-22&by=model",
  ]);
});

it("says when nothing was used and no budget is set", async () => {
  show(UsagePage, { "/v1/usage": { ...USAGE, data: [], total: { ...SUMS, runs: 0, charged_usd: "0" } }, "/v1/budgets": { object: "list", data: [] } });
  expect(await screen.findByText("No run ended between 2026-11-21 and 2026-11-22.")).toBeTruthy();
  expect(screen.getByText(/No budget is set/)).toBeTruthy();
});

it("plots tokens where nothing was charged", async () => {
  const free = { ...SUMS, charged_usd: "0" };
  show(UsagePage, { "/v1/usage": { ...USAGE, data: [{ day: "2026-11-22", ...free }], total: free }, "/v1/budgets": BUDGETS });
  expect((await screen.findByRole("img")).getAttribute("aria-label")).toBe("Tokens, 2 days, at most 120");
});
