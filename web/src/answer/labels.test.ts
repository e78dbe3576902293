import { describe, expect, it } from "vitest";
import type { Provenance } from "../api/types";
import { dataLabels, missingText } from "./labels";

const NOW = Date.parse("2026-11-22T12:00:00Z");
const call = (more: Partial<Provenance>): Provenance => ({ call_id: "c", name: "cmc_market_data", arguments: "{}", status: "completed", duration_ms: 1, ...more });
const texts = (...calls: Provenance[]) => dataLabels({ provenance: calls }, NOW).map((label) => `${label.kind}: ${label.text}`);

describe("dataLabels", () => {
  it("says that data are invented before anything else", () => {
    expect(texts(call({ mode: ["live", "simulated"] }))).toEqual(["simulated: Simulated data"]);
  });

  it("dates a snapshot by its oldest call and tells when it is stale", () => {
    const young = call({ mode: ["snapshot"], as_of: "2026-11-22T06:00:00Z" });
    const old = call({ mode: ["snapshot"], as_of: "2026-09-10T00:00:00Z" });
    expect(texts(young)).toEqual(["snapshot: Snapshot of 2026-11-22 06:00 UTC"]);
    expect(texts(young, old)).toEqual(["stale: Snapshot of 2026-09-10, 2 months old"]);
  });

  it("calls live what is live, and says nothing of what no tool has told", () => {
    expect(texts(call({ mode: ["live"] }))).toEqual(["live: Live data"]);
    expect(texts()).toEqual([]);
  });

  it("names what is missing once, and the limit that ended the run", () => {
    const missing = [{ field: "rank", reason: "no dated ranking" }, { field: "rank", reason: "no dated ranking" }, "supply"];
    const labels = dataLabels({ provenance: [call({ unavailable: missing })], limit: "6 model calls" }, NOW);
    expect(labels).toEqual([
      { kind: "missing", text: "2 not available", detail: "rank: no dated ranking; supply" },
      { kind: "limit", text: "Ended at a limit", detail: "6 model calls" },
    ]);
  });

  it("passes over what it cannot read", () => {
    expect([missingText(null), missingText(5), missingText({ other: 1 })]).toEqual(["", "", ""]);
  });
});
