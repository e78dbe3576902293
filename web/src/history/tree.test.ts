// @vitest-environment node
import { describe, expect, it } from "vitest";
import { answer, question } from "./samples";
import { childrenOf, endOf, inTreeOrder, newestLeaf, pathTo } from "./tree";
import type { MessageNode } from "./types";

const map = (...nodes: MessageNode[]) => new Map(nodes.map((node) => [node.id, node]));
const ids = (nodes: readonly MessageNode[]) => nodes.map((node) => node.id).join(" ");

const TREE = map(
  answer("a2", "q1", "second", { createdAt: 4 }),
  question("q3", "a2", "on", 5),
  question("q2", null, "edited", 6),
  question("q1", null, "first", 1),
  answer("a1", "q1", "first", { createdAt: 2 }),
);

describe("pathTo", () => {
  it("goes from the first message to the one that is asked for", () => {
    expect(ids(pathTo(TREE, "q3"))).toBe("q1 a2 q3");
    expect(pathTo(TREE, null)).toEqual([]);
    expect(pathTo(TREE, "unknown")).toEqual([]);
  });

  it("ends at a parent that is gone, and at a circle", () => {
    expect(ids(pathTo(map(question("x", "gone", "?")), "x"))).toBe("x");
    expect(ids(pathTo(map(question("x", "y", "?"), question("y", "x", "?")), "x"))).toBe("y x");
  });
});

describe("inTreeOrder", () => {
  it("has parents before children and siblings by age", () => {
    expect(ids(inTreeOrder(TREE))).toBe("q1 a1 a2 q3 q2");
    expect(ids(inTreeOrder(TREE, "q1"))).toBe("a1 a2 q3");
  });

  it("takes a chat of 5,000 messages without a stack of that depth", () => {
    const long = Array.from({ length: 5_000 }, (_, i) => question(`m${i}`, i ? `m${i - 1}` : null, "?", i));
    expect(inTreeOrder(map(...long))).toHaveLength(5_000);
  });
});

it("versions are found by age, and a branch goes on by the newest", () => {
  expect(ids(childrenOf(TREE, "q1"))).toBe("a1 a2");
  expect(ids(childrenOf(TREE, null))).toBe("q1 q2");
  expect(childrenOf(TREE, "q2")).toEqual([]);
  expect([endOf(TREE, "q1"), endOf(TREE, "a1"), endOf(TREE, "q2")]).toEqual(["q3", "a1", "q2"]);
  expect(endOf(map(question("x", "y", "?"), question("y", "x", "?")), "x")).toBe("y");
});

it("the newest leaf is the message that came last", () => {
  expect(newestLeaf(TREE)).toBe("q2");
  expect(newestLeaf(map())).toBeNull();
});
