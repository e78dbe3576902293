import { describe, expect, it } from "vitest";
import { healTail } from "./heal";

describe("healTail", () => {
  it.each([
    ["It **rose", "It **rose**"],
    ["It **rose** by", "It **rose** by"],
    ["It rose **", "It rose "],
    ["Call `cmc_", "Call `cmc_`"],
    ["See [the page](https://exam", "See the page"],
    ["It fell [", "It fell "],
    ["It fell [12", "It fell "],
    ["It fell [12].", "It fell [12]."],
    ["| Asset | Price", ""],
    ["| Asset | Price |\n| --- |", "| Asset | Price |\n| --- |"],
    ["Whole.\n\nIt **ro", "Whole.\n\nIt **ro**"],
    ["5 * 3", "5 * 3"],
  ])("%j becomes %j", (half, whole) => {
    expect(healTail(half)).toBe(whole);
  });

  it("leaves code alone", () => {
    expect(healTail("```\na ** b")).toBe("```\na ** b");
  });
});
