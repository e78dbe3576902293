import { describe, expect, it } from "vitest";
import { asTable, parseArguments, sizeWords } from "./trace";

describe("asTable", () => {
  it("makes records with plain values a table, with every column that any of them has", () => {
    expect(asTable([{ a: 1 }, { a: 2, b: null }])).toEqual({ columns: ["a", "b"], rows: [[1, undefined], [2, null]], total: 2 });
  });

  it("shows a part of many and says how many there are", () => {
    const table = asTable(Array.from({ length: 90 }, (_, index) => ({ index })));
    expect([table?.rows.length, table?.total]).toEqual([50, 90]);
  });

  it("leaves the rest to the tree", () => {
    expect([asTable([{ a: 1 }]), asTable([1, 2]), asTable([{ a: {} }, { a: {} }]), asTable({})]).toEqual([null, null, null, null]);
  });
});

it("shows arguments that are no JSON as they are", () => {
  expect(parseArguments('{"ids":[1]}')).toEqual({ ids: [1] });
  expect(parseArguments("{ids")).toBe("{ids");
  expect(parseArguments(undefined)).toEqual({});
});

it("counts what is inside", () => {
  expect([sizeWords([1]), sizeWords([]), sizeWords({ a: 1, b: 2 })]).toEqual(["1 item", "0 items", "2 fields"]);
});
