import { describe, expect, it } from "vitest";
import type { CheckedFigure } from "../api/types";
import { align, spansOf } from "./offsets";

const figure = (text: string, start: number): CheckedFigure => ({ text, start, end: start + [...text].length, verdict: "bound" });

describe("spansOf", () => {
  it("turns code points into UTF-16 units", () => {
    const text = "🚀🚀 BTC at $5, ₿ 2";
    const [first, second] = spansOf(text, [figure("$5", 10), figure("2", 16)]);
    expect(text.slice(first?.start, first?.end)).toBe("$5");
    expect([first?.start, second?.start]).toEqual([12, 18]);
  });

  it("leaves out a figure that is not where it is said to be", () => {
    expect(spansOf("BTC at $5", [figure("$6", 7), figure("$5", 400)])).toEqual([]);
  });

  it("orders figures, keeps their index and drops what overlaps", () => {
    const text = "1 and 2.5 %";
    const spans = spansOf(text, [figure("2.5 %", 6), figure("1", 0), figure("5", 8)]);
    expect(spans.map((span) => [span.index, span.figure.text])).toEqual([
      [1, "1"],
      [0, "2.5 %"],
    ]);
  });
});

describe("align", () => {
  const told = (source: string, value: string) => align(source, value)?.slice(0, -1).map((place) => source[place]).join("");

  it("is the identity where nothing was dropped", () => {
    expect(align("abc", "abc")).toEqual([0, 1, 2, 3]);
  });

  it("steps over escapes, backticks and the marks of quoted lines", () => {
    expect(told("a \\* b", "a * b")).toBe("a * b");
    expect(told("`x`", "x")).toBe("x");
    expect(told("one\n> two", "one\ntwo")).toBe("one\ntwo");
  });

  it("takes an entity for the sign it stands for", () => {
    expect(align("A &amp; B $5", "A & B $5")?.[6]).toBe(10);
  });

  it("refuses what cannot be laid together", () => {
    expect(align("abc", "abd")).toBeNull();
    expect(align("abc", "abcd")).toBeNull();
  });
});
