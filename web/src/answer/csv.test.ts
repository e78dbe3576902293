import { describe, expect, it } from "vitest";
import { toCsv } from "./csv";

describe("toCsv", () => {
  it("quotes what needs it and ends lines as the standard says", () => {
    expect(toCsv([["a", 'say "x"'], ["1,5", "two\nlines"]])).toBe('a,"say ""x"""\r\n"1,5","two\nlines"\r\n');
  });

  it("writes nothing for what is missing and never a false zero", () => {
    expect(toCsv([[null, undefined, 0, Number.NaN]])).toBe(",,0,\r\n");
  });

  it("disarms formulas and leaves figures as they are", () => {
    expect(toCsv([["=1+1", "@x", "-5.2%", "+8.59", "-cmd"]])).toBe("'=1+1,'@x,-5.2%,+8.59,'-cmd\r\n");
  });

  it("is empty without rows", () => {
    expect(toCsv([])).toBe("");
  });
});
