import { describe, expect, it } from "vitest";
import { splitBlocks } from "./blocks";

const sources = (text: string) => splitBlocks(text).map((block) => block.source);

describe("splitBlocks", () => {
  it("gives back the text when joined, each block at its place", () => {
    const text = "# Head\n\nOne\ntwo\n\n- a\n\n- b\n\n```js\n\nx\n```\n\n| a |\n| - |\n| 1 |\n\n\nEnd";
    const blocks = splitBlocks(text);
    expect(blocks.map((block) => block.source).join("")).toBe(text);
    for (const { start, source } of blocks) expect(text.slice(start, start + source.length)).toBe(source);
  });

  it("parts paragraphs at blank lines", () => {
    expect(sources("One\ntwo\n\nThree")).toEqual(["One\ntwo\n\n", "Three"]);
  });

  it("keeps a list with blank lines between its items whole, and ends it at a paragraph", () => {
    expect(sources("1. a\n\n2. b\n\n   more of b\n\nAfter")).toEqual(["1. a\n\n2. b\n\n   more of b\n\n", "After"]);
  });

  it("never cuts inside a code fence, closed or not", () => {
    expect(sources("~~~\na\n\nb\n~~~\n\nAfter")).toEqual(["~~~\na\n\nb\n~~~\n\n", "After"]);
    expect(sources("```\na\n\nb")).toEqual(["```\na\n\nb"]);
    expect(sources("````\n```\n\nb\n````\n\nc")).toHaveLength(2);
  });

  it("leaves a text with link definitions in one piece", () => {
    expect(sources("See [x][1].\n\nMore.\n\n[1]: https://example.org")).toHaveLength(1);
  });

  it("never changes a block but the last when the text grows", () => {
    const text = "Intro with **bold**.\n\n| a | b |\n| - | -: |\n| x | 1 |\n\n- one\n- two\n\nEnd of it.";
    let before = splitBlocks("");
    for (let length = 1; length <= text.length; length += 1) {
      const now = splitBlocks(text.slice(0, length));
      expect(now.slice(0, Math.max(0, before.length - 1))).toEqual(before.slice(0, -1));
      before = now;
    }
  });
});
