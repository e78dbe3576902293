// @vitest-environment node
import { expect, it } from "vitest";
import { answer, question } from "../history/samples";
import type { MessageNode } from "../history/types";
import { AT_FIRST, earlier, later, MOST, spanOf, STEP } from "./window";

function path(length: number): MessageNode[] {
  return Array.from({ length }, (_, n) => (n % 2 ? answer(`m${n}`, `m${n - 1}`, "!") : question(`m${n}`, n ? `m${n - 1}` : null, "?")));
}

it("a chat opens with its newest messages, beginning with a question", () => {
  expect(spanOf(path(10), null)).toEqual({ start: 0, end: 10 });
  expect(spanOf(path(5_000), null)).toEqual({ start: 5_000 - AT_FIRST, end: 5_000 });
  expect(spanOf(path(5_001), null)).toEqual({ start: 5_000 - AT_FIRST, end: 5_001 });
});

it("whoever scrolls to the beginning and back meets every message, and never more than so many at once", () => {
  const messages = path(5_000);
  let span = spanOf(messages, null);
  const met = new Set<number>();
  const note = () => {
    expect(span.end - span.start).toBeLessThanOrEqual(MOST + 1);
    for (let at = span.start; at < span.end; at += 1) met.add(at);
  };
  while (span.start > 0) {
    const before = span;
    span = spanOf(messages, earlier(span));
    expect(span.start).toBeLessThan(before.start);
    expect(span.end).toBeGreaterThan(before.start);
    note();
  }
  expect(met.size).toBe(5_000);
  met.clear();
  while (span.end < 5_000) {
    const before = span;
    span = spanOf(messages, later(span, messages.length));
    expect(span.end).toBe(Math.min(5_000, before.end + STEP));
    expect(span.start).toBeLessThan(before.end);
    note();
  }
  expect(spanOf(messages, span).end).toBe(5_000);
});

it("a branch that is shorter than where one was shows its end", () => {
  expect(spanOf(path(30), { start: 200, end: 300 })).toEqual({ start: 0, end: 30 });
});
