import { cleanup, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, it } from "vitest";
import type { AnswerExtra, Provenance } from "../api/types";
import { TraceInspector } from "./TraceInspector";

afterEach(cleanup);

const call = (more: Partial<Provenance>): Provenance => ({
  call_id: "c1", name: "cmc_market_data", arguments: '{"ids":[1,1027]}', status: "completed", duration_ms: 7.2, source: ["binance_usdm"], mode: ["snapshot"], as_of: "2026-09-10", result: { ref: "c1", characters: 1257 }, ...more,
});

async function open(extra: AnswerExtra) {
  const user = userEvent.setup();
  render(<TraceInspector extra={extra} />);
  await user.click(screen.getByRole("button", { expanded: false }));
  return user;
}

it("shows records as a table, with ids as they are", async () => {
  await open({ provenance: [call({})], outputs: { c1: [{ id: 1027, price: 1.5 }, { id: 1, price: null }] } });
  expect(screen.getByText("1, 1027")).toBeTruthy();
  expect(screen.getAllByRole("columnheader").map((head) => head.textContent)).toEqual(["id", "price"]);
  expect(screen.getAllByRole("cell").map((cell) => cell.textContent)).toEqual(["1027", "1.5", "1", "null"]);
});

it("says when a result was not kept, may not be shown, or failed", async () => {
  await open({ provenance: [call({})] });
  expect(screen.getByText("The result of 1,257 characters was not kept with this answer.")).toBeTruthy();
  cleanup();
  await open({ provenance: [call({})], outputs: { c1: null } });
  expect(screen.getByText("This result may not be shown.")).toBeTruthy();
  cleanup();
  await open({ provenance: [call({ error: "no such asset", arguments: "{broken" })] });
  expect([screen.getByText("failed"), screen.getByText("no such asset"), screen.getByText("{broken")]).toHaveLength(3);
});

it("cuts long texts and long lists with a word", async () => {
  const many = Object.fromEntries(Array.from({ length: 80 }, (_, index) => [`key${index}`, index]));
  await open({ provenance: [call({})], outputs: { c1: { text: "x".repeat(900), ...many } } });
  expect(screen.getByText(/… \(cut\)$/)).toBeTruthy();
  expect(screen.getByText("and 21 more; the copied JSON has them all")).toBeTruthy();
});

it("opens the call that is wanted", () => {
  render(<TraceInspector extra={{ provenance: [call({}), call({ call_id: "c2", name: "cmc_sentiment" })] }} openCall="c2" />);
  expect(screen.getByRole("button", { expanded: true }).textContent).toContain("sentiment");
});
