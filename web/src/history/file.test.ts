// @vitest-environment node
import { describe, expect, it } from "vitest";
import { FileFault, fromFile, toFile } from "./file";
import { answer, conversation, question } from "./samples";
import { pathTo } from "./tree";

const NOW = 1_000_000;
const GIVEN = conversation(
  [
    answer("a2", "q1", "again", { createdAt: 9, extra: { related: ["next?"], verification: null, limit: "6 model calls" }, model: "m-1" }),
    question("q1", null, "How?"),
    answer("a1", "q1", "so", { status: "failed", fault: { kind: "server", message: "internal", canRetry: true } }),
  ],
  "a2",
);

const edited = (change: (file: Record<string, unknown>) => void) => {
  const file = JSON.parse(toFile(GIVEN)) as Record<string, unknown>;
  change(file);
  return JSON.stringify(file);
};

describe("a conversation as a file", () => {
  it("comes back with every branch, under ids of its own", () => {
    const back = fromFile(toFile(GIVEN), NOW);
    const path = pathTo(new Map(back.nodes.map((node) => [node.id, node])), back.info.headId);
    expect(path.map((node) => node.text)).toEqual(["How?", "again"]);
    expect(back.nodes).toHaveLength(3);
    expect(back.info).toMatchObject({ title: "Bitcoin's year", updatedAt: NOW });
    expect(back.nodes.some((node) => ["q1", "a1", "a2"].includes(node.id))).toBe(false);
    expect(path[1]).toMatchObject({ model: "m-1", extra: { related: ["next?"], limit: "6 model calls" } });
  });

  it("tells nobody else what failed on this machine", () => {
    expect(toFile(GIVEN)).not.toContain("internal");
  });

  it("keeps members of the wrong kind out", () => {
    const text = edited((file) => {
      const [, , last] = file.messages as Record<string, unknown>[];
      Object.assign(last ?? {}, { extra: { charts: "no list", related: ["q"], receipt: [], other: 1 }, usage: { total_tokens: "1" }, durationMs: "x" });
    });
    const last = fromFile(text, NOW).nodes[2];
    expect(last).toMatchObject({ extra: { related: ["q"] } });
    expect(last && "extra" in last && Object.keys(last.extra ?? {})).toEqual(["related"]);
    expect(last).not.toHaveProperty("usage");
    expect(last).not.toHaveProperty("durationMs");
  });

  it.each([
    ["no JSON", "{"],
    ["another file", "{}"],
    ["a list", "[]"],
    ["no messages", edited((file) => delete file.messages)],
    ["a message without a role", edited((file) => Object.assign((file.messages as object[])[0] ?? {}, { role: "tool" }))],
    ["an id twice", edited((file) => (file.messages as object[]).push((file.messages as object[])[0] ?? {}))],
    ["too many", edited((file) => Object.assign(file, { messages: Array(20_001).fill({}) }))],
  ])("refuses %s", (_, text) => {
    expect(() => fromFile(text, NOW)).toThrow(FileFault);
  });

  it("cleans and bounds a title from elsewhere", () => {
    const back = fromFile(edited((file) => Object.assign(file, { title: `a\u202e\u0000${"b".repeat(500)}` })), NOW);
    expect(back.info.title).toHaveLength(200);
    expect(back.info.title).toMatch(/^a {2}b+$/);
  });
});
