// @vitest-environment node
import { describe, expect, it } from "vitest";
import { fileName } from "./download";
import { groupByDay } from "./groups";
import { MemoryHistory } from "./memory";
import { answer, conversation, question } from "./samples";
import { titleOf, UNTITLED } from "./title";

describe("titleOf", () => {
  it("is the question, cut at a word", () => {
    expect(titleOf("  How did\n Bitcoin do? ")).toBe("How did Bitcoin do?");
    expect(titleOf(" ")).toBe(UNTITLED);
    expect(titleOf("word ".repeat(30))).toBe(`${"word ".repeat(11)}word…`);
    expect(titleOf("x".repeat(90))).toBe(`${"x".repeat(60)}…`);
  });
});

it("a file's name has only what every system takes", () => {
  expect(fileName("What's up? Köln/100%", "md")).toBe("what-s-up-ko-ln-100.md");
  expect(fileName("???", "json")).toBe("chat.json");
});

it("conversations are grouped by the day of their last use", () => {
  const now = new Date(2026, 10, 22, 12).getTime();
  const day = 86_400_000;
  const infos = [0, 1, 1.2, 5, 20, 100].map((age, i) => ({ ...conversation([]).info, id: String(i), updatedAt: now - age * day }));
  const groups = groupByDay(infos, now);
  expect(groups.slice(0, 4).map(({ label, infos: each }) => [label, each.length])).toEqual([
    ["Today", 1],
    ["Yesterday", 2],
    ["Last 7 days", 1],
    ["Last 30 days", 1],
  ]);
  expect(groups).toHaveLength(5);
});

it("the store in memory keeps, finds and forgets", async () => {
  const store = new MemoryHistory();
  const { info, nodes } = conversation([question("q", null, "How did it do?"), answer("a", "q", "It rose")]);
  await store.save(info, nodes);
  await store.save({ ...info, title: "Renamed" }, [answer("a", "q", "It fell")]);
  expect((await store.load("c1"))?.nodes.map((node) => node.text)).toEqual(["How did it do?", "It fell"]);
  expect((await store.search("FELL it")).map((hit) => hit.info.title)).toEqual(["Renamed"]);
  expect(await store.search("rose")).toEqual([]);
  await store.remove("c1");
  expect(await store.load("c1")).toBeNull();
});
