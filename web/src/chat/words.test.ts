import { describe, expect, it } from "vitest";
import type { ProgressStep, Provenance, Quote, RunReceipt } from "../api/types";
import { answer, question } from "../history/samples";
import { wordsOf } from "./Announcer";
import { dataModeOf } from "./dataMode";
import { progressWords } from "./progressWords";
import { quoteWords } from "./quoteWords";
import { loadSettings, saveSettings } from "./settings";
import { runningTotal } from "./total";

const tool = (id: string, name: string, status: ProgressStep["status"]): ProgressStep => ({ kind: "tool", id, name, status });
const step = (name: string, status: ProgressStep["status"]): ProgressStep => ({ kind: "step", id: name, name, status });
const trace = (mode: string[]): Provenance => ({ call_id: "c", name: "n", arguments: "{}", status: "completed", duration_ms: 1, mode });
const costs = (total_usd: string | null): RunReceipt => ({ run_id: "r", total_usd, held_usd: "0", price_versions: [], is_estimated: false });

describe("progressWords", () => {
  it("names the tools that run rather than the step around them", () => {
    const steps = [step("plan", "started"), step("plan", "completed"), step("quantitative", "started"), tool("1", "cmc_market_data", "started")];
    expect(progressWords(steps)).toEqual({ now: "Reading market data", done: 1, total: 3 });
  });

  it("has words before there is a step, between steps, and for a tool it does not know", () => {
    expect(progressWords([]).now).toBe("Asking the desk");
    expect(progressWords([step("plan", "completed")]).now).toBe("Working");
    expect(progressWords([tool("1", "cmc_new_tool", "started")]).now).toBe("new tool");
  });
});

describe("runningTotal", () => {
  it("adds every branch and never counts the unknown as nothing", () => {
    const known = [answer("a", "q", "", { extra: { receipt: costs("0.25") } }), answer("b", "q", "", { extra: { receipt: costs("0.5") } })];
    expect(runningTotal(known)).toBe("$0.75");
    expect(runningTotal([...known, answer("c", "q", "", { extra: { receipt: costs(null) } })])).toBe("$0.75 + unknown");
    expect(runningTotal([answer("c", "q", "", { extra: { receipt: costs(null) } })])).toBe("price unknown");
    expect(runningTotal([answer("c", "q", "", { extra: { receipt: costs("0") } })])).toBe("free");
    expect(runningTotal([question("q", null, "?"), answer("d", "q", "")])).toBeNull();
  });
});

describe("dataModeOf", () => {
  it("is what the last answer with tools rests on, before it how the desk was started", () => {
    const path = [answer("a", "q", "", { extra: { provenance: [trace(["snapshot"])] } }), answer("b", "q", "")];
    expect(dataModeOf(path, "live")?.tone).toBe("snapshot");
    expect(dataModeOf([], "simulated")?.label).toBe("Simulated data");
    expect(dataModeOf([], null)).toBeNull();
  });

  it("says both where an answer mixes them", () => {
    const path = [answer("a", "q", "", { extra: { provenance: [trace(["snapshot"]), trace(["live"])] } })];
    expect(dataModeOf(path, null)?.label).toBe("Live + Snapshot data");
  });
});

it("a quote is free, unknown, or a likely and a worst amount", () => {
  const quote = (likely_usd: string | null, worst_usd: string | null) => ({ likely_usd, worst_usd }) as Quote;
  expect(quoteWords(quote("0", "0"))).toBe("Free");
  expect(quoteWords(quote(null, null))).toBe("Price unknown");
  expect(quoteWords(quote("0.0021", "0.5"))).toBe("about $0.0021, at most $0.50");
});

describe("settings", () => {
  it("are kept, but for a moment in the past", () => {
    saveSettings(localStorage, { model: "m", verbosity: "high", asOf: "2026-01-01", isResearch: false });
    expect(loadSettings(localStorage)).toEqual({ model: "m", verbosity: "high", asOf: "", isResearch: false });
  });

  it("are the usual ones where what is kept cannot be read", () => {
    localStorage.setItem("cryptodesk.ask", "{");
    expect(loadSettings(localStorage)).toMatchObject({ verbosity: "medium", isResearch: true });
  });
});

it("screen readers hear the state, and the beginning of the answer without its marks", () => {
  const told = (node: ReturnType<typeof answer>, runningId: string | null) => wordsOf({ path: [node], runningId });
  expect(told(answer("a", "q", ""), "a")).toBe("Asking the desk.");
  expect(told(answer("a", "q", "It"), "a")).toBe("The answer is being written.");
  expect(told(answer("a", "q", "It **rose** [1]."), null)).toBe("Answer: It rose 1 .");
  expect(told(answer("a", "q", "x".repeat(900)), null)).toHaveLength("Answer: ".length + 281);
});
