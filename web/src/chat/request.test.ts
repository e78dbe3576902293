// @vitest-environment node
import { describe, expect, it } from "vitest";
import { answer, question } from "../history/samples";
import { contextOf, requestOf } from "./request";
import { DEFAULT_SETTINGS } from "./settings";

describe("contextOf", () => {
  it("passes over a question that got no text, and keeps the last one", () => {
    const path = [question("1", null, "lost"), answer("2", "1", " "), question("3", "2", "next")];
    expect(contextOf(path).messages).toEqual([{ role: "user", content: "next" }]);
  });

  it("sends the latest that fits and says how much it leaves out", () => {
    const path = Array.from({ length: 5_000 }, (_, i) => (i % 2 ? answer(`${i}`, `${i - 1}`, "a") : question(`${i}`, null, "q")));
    const { messages, leftOut } = contextOf([...path, question("last", null, "now")]);
    expect(messages.length).toBeLessThanOrEqual(60);
    expect(messages.length + leftOut).toBe(5_001);
    expect([messages[0]?.role, messages.at(-1)?.content]).toEqual(["user", "now"]);
  });

  it("always sends the question, however long", () => {
    const path = [question("1", null, "old"), answer("2", "1", "old"), question("3", "2", "x".repeat(100_000))];
    expect(contextOf(path)).toMatchObject({ messages: [{ role: "user" }], leftOut: 2 });
  });
});

describe("requestOf", () => {
  const path = [question("1", null, "q")];

  it("asks for everything that the page shows", () => {
    const request = requestOf(path, { ...DEFAULT_SETTINGS, model: "m", asOf: "2026-09-30" });
    expect(request).toMatchObject({ model: "m", verbosity: "medium", cryptodesk: { research: true, related_questions: 4, as_of: "2026-09-30" } });
    expect(request.cryptodesk?.include).toContain("outputs");
  });

  it("leaves out what a plain answer does not take", () => {
    const asked = requestOf(path, { ...DEFAULT_SETTINGS, isResearch: false }).cryptodesk;
    expect(asked?.research).toBe(false);
    expect(asked).not.toHaveProperty("related_questions");
    expect(asked).not.toHaveProperty("as_of");
  });
});
