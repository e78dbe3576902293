// @vitest-environment node
import { expect, it } from "vitest";
import { mergeExtra } from "./merge";
import type { ProgressStep } from "./types";

const step = (id: string): ProgressStep => ({ kind: "tool", id, name: "cmc_market_data", status: "started" });

it("joins progress in order and keeps every other member", () => {
  const first = mergeExtra({}, { resolution: [], progress: [] });
  const second = mergeExtra(first, { progress: [step("a")] });
  const last = mergeExtra(mergeExtra(second, { progress: [step("b")] }), { verification: null, related: ["q"] });
  expect(last).toEqual({ resolution: [], progress: [step("a"), step("b")], verification: null, related: ["q"] });
});

it("leaves what is known as it is where a frame has none", () => {
  const known = { related: ["q"] };
  expect(mergeExtra(known, undefined)).toBe(known);
});
