// @vitest-environment node
import { describe, expect, it } from "vitest";
import { addAmounts, formatUsd, isZero } from "./money";

describe("addAmounts", () => {
  it("is exact where floating point is not", () => {
    expect(addAmounts(["0.1", "0.2"])).toBe("0.3");
    expect(addAmounts(["0.00213375", "12", "-0.5"])).toBe("11.50213375");
    expect(addAmounts(["90071992547409910.000000000000000001", "1"])).toBe("90071992547409911.000000000000000001");
    expect(addAmounts(["0.5", "-0.75"])).toBe("-0.25");
    expect(addAmounts([])).toBe("0");
  });

  it("is unknown where a part is", () => {
    expect(addAmounts(["1", null])).toBeNull();
    expect(addAmounts(["1", undefined])).toBeNull();
    expect(addAmounts(["1e3"])).toBeNull();
  });
});

describe("formatUsd", () => {
  it.each([
    ["0", "free"],
    ["0.000", "free"],
    [null, "price unknown"],
    ["1234.5", "$1,234.50"],
    ["0.5", "$0.50"],
    ["0.00213375", "$0.00213"],
    ["0.0000004", "$0.0000004"],
    ["-0.25", "-$0.25"],
  ])("shows %s as %s", (amount, words) => {
    expect(formatUsd(amount)).toBe(words);
  });

  it("tells nothing from unknown", () => {
    expect(isZero("0.00")).toBe(true);
    expect(isZero(null)).toBe(false);
    expect(isZero("0.01")).toBe(false);
  });
});
