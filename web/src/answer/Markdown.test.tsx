import { cleanup, render } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { CheckedFigure } from "../api/types";
import { Markdown } from "./Markdown";

// A table tells how often its block was rendered.
const rendered = vi.hoisted(() => ({ tables: 0 }));
vi.mock("./DataTable", () => ({
  DataTable: () => {
    rendered.tables += 1;
    return <table />;
  },
}));

beforeEach(() => {
  rendered.tables = 0;
});
afterEach(cleanup);

const TABLE = "| Asset | Price |\n| --- | ---: |\n| BTC | $5 |\n\n";
const NONE: never[] = [];
const shown = (text: string, figures: readonly CheckedFigure[] = NONE) => <Markdown text={text} figures={figures} citations={NONE} isStreaming />;

it("renders a finished block once, however long the text after it grows", () => {
  const { rerender, container } = render(shown(TABLE));
  rerender(shown(`${TABLE}It`));
  const before = rendered.tables;
  for (const more of ["It rose", "It rose **by", "It rose **by 5 %**.\n\nAnd", "It rose **by 5 %**.\n\nAnd fell."]) rerender(shown(TABLE + more));
  expect(rendered.tables).toBe(before);
  expect(container.textContent).toBe("It rose by 5 %.And fell.");
});

it("renders a block again when its figures have come", () => {
  const text = `${TABLE}End.`;
  const { rerender } = render(shown(text));
  const before = rendered.tables;
  const start = text.indexOf("$5");
  rerender(shown(text, [{ text: "$5", start, end: start + 2, verdict: "bound" }]));
  expect(rendered.tables).toBe(before + 1);
});
