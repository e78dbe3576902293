import { describe, expect, it } from "vitest";
import type { ResolvedAsset } from "../api/types";
import { rivalChoices } from "./rivals";

const LUNA: ResolvedAsset = { start: 3, end: 7, text: "Luna", asset_id: 20314, name: "Terra", symbol: "LUNA", confidence: 0.7, rivals: [{ asset_id: 4172, name: "Terra Classic", symbol: "LUNC" }] };

describe("rivalChoices", () => {
  it("puts the rival into the question, by code points", () => {
    expect(rivalChoices(LUNA, "🚀, Luna now?")).toEqual([{ label: "Terra Classic (LUNC)", question: "🚀, Terra Classic (LUNC) now?" }]);
  });

  it("names a twin by its id", () => {
    const twin = { ...LUNA, rivals: [{ asset_id: 9, name: "Terra", symbol: "LUNA" }] };
    expect(rivalChoices(twin, "")[0]).toEqual({ label: "Terra (LUNA, id 9)", question: "I mean Terra (LUNA, id 9)." });
  });

  it("says it in words where the name does not stand at its place", () => {
    expect(rivalChoices(LUNA, "What of it?")[0]?.question).toBe("What of it?\n\nBy Luna I mean Terra Classic (LUNC).");
  });
});
