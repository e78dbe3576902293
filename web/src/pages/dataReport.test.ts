import { expect, it } from "vitest";
import { ageSeconds, ageTone, byKind, type Held } from "./dataReport";

const held = (more: Partial<Held>): Held => ({ kind: "candles", source: "s", mode: "snapshot", rows: 1, entities: 1, ...more });
const NOW = "2026-11-22T00:00:00Z";

it("takes the server's age, else counts from the last moment, and says when it is unknown", () => {
  expect(ageSeconds(held({ age_seconds: 5 }), NOW)).toBe(5);
  expect(ageSeconds(held({ last: "2026-11-21T00:00:00Z" }), NOW)).toBe(86_400);
  expect(ageSeconds(held({ last: "2026-11-23T00:00:00Z" }), NOW)).toBe(0);
  expect(ageSeconds(held({}), NOW)).toBeNull();
});

it("tells fresh from old", () => {
  expect([0, 3 * 86_400, 40 * 86_400, null].map(ageTone)).toEqual(["fresh", "aging", "old", "unknown"]);
});

it("groups holdings by kind, the fullest source first", () => {
  const groups = byKind([held({ rows: 2, source: "a" }), held({ kind: "series" }), held({ rows: 9, source: "b" })]);
  expect(groups.map(({ kind, rows, held: sources }) => [kind, rows, sources.map((each) => each.source)])).toEqual([["candles", 11, ["b", "a"]], ["series", 1, ["s"]]]);
});
