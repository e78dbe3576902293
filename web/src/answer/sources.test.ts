import { describe, expect, it } from "vitest";
import type { CheckedFigure } from "../api/types";
import { figuresOf, sourceFacts } from "./sources";
import { spansOf } from "./offsets";

describe("figuresOf", () => {
  const text = "It was $1. It rose 5% to $2 [1][2]. Then it fell 9% [2].\n\nAt $7 nothing [3].";
  const figures = ["$1", "5%", "$2", "9%", "$7"].map((found): CheckedFigure => ({ text: found, start: text.indexOf(found), end: text.indexOf(found) + found.length, verdict: "bound" }));
  const of = (id: number) => figuresOf(id, text, spansOf(text, figures));

  it("takes the figures of the sentence before each marker", () => {
    expect(of(1)).toEqual(["5%", "$2"]);
    expect(of(2)).toEqual(["5%", "$2", "9%"]);
    expect(of(3)).toEqual(["$7"]);
    expect(of(4)).toEqual([]);
  });

  it("names days only where there is nothing else", () => {
    const told = "On 2026-09-01 it was $4 [1].\nOn 2026-09-02 [2].";
    const spans = spansOf(told, ["2026-09-01", "$4", "2026-09-02"].map((found) => ({ text: found, start: told.indexOf(found), end: told.indexOf(found) + found.length, verdict: "bound" })));
    expect([figuresOf(1, told, spans), figuresOf(2, told, spans)]).toEqual([["$4"], ["2026-09-02"]]);
  });
});

describe("sourceFacts", () => {
  const source = { citation_id: 1, key: "k", kind: "document", domain: "example.org", title: "T" };

  it("tells when it was published, or of when it is, and gives safe addresses alone", () => {
    expect(sourceFacts({ ...source, published_at: "2026-09-01", url: "https://example.org/a" })).toEqual({ publisher: "example.org", date: "published 2026-09-01", url: "https://example.org/a" });
    expect(sourceFacts({ ...source, as_of: "2026-09-10T00:00:00Z", url: "javascript:alert(1)" })).toEqual({ publisher: "example.org", date: "as of 2026-09-10", url: null });
    expect(sourceFacts({ ...source, domain: "" }).publisher).toBe("document");
  });
});
