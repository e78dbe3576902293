// Which columns of a table are figures, and the table as rows of text.
import type { Element, Root } from "hast";
import { elementsOf, isElement, textOf } from "./hast";

const MARKERS = /(?:\s*\[\d{1,3}\])+/g;
const FIGURE = /^[~≈<>+\-−–]?\s?[($€£₿]*\s?[+\-−]?\d[\d,.\s]*(?:\s?(?:%|x|bps|gwei|trillion|billion|million|thousand|[kKmMbBtT]n?|[A-Z]{2,6}))?\)?(?:\s\([^)]*\))?$/;
const NOTHING = /^(?:|n\/a|–|—|-|unknown)$/i;

export function isFigure(text: string): boolean {
  return FIGURE.test(text.replace(MARKERS, "").trim());
}

/** Columns that the writer aligned are left; others get the class `num` where every cell is a figure or empty. */
export function rehypeTables() {
  return (tree: Root): void => {
    for (const table of elementsOf(tree, "table")) markColumns(table);
  };
}

function markColumns(table: Element): void {
  const rows = [...elementsOf(table, "tr")].map((row) => row.children.filter((cell): cell is Element => isElement(cell)));
  const body = rows.slice(1);
  const width = Math.max(0, ...rows.map((row) => row.length));
  for (let column = 0; column < width; column += 1) {
    const texts = body.map((row) => cleaned(row[column]));
    const isNumeric = texts.some(isFigure) && texts.every((text) => isFigure(text) || NOTHING.test(text));
    if (isNumeric) rows.forEach((row) => addClass(row[column]));
  }
  for (const cell of rows[0] ?? []) cell.properties.scope = "col";
}

function cleaned(cell: Element | undefined): string {
  return cell ? textOf(cell).replace(MARKERS, "").trim() : "";
}

function addClass(cell: Element | undefined): void {
  if (cell) cell.properties.className = ["num"];
}

/** A shown table's cells, without the citation buttons in them. */
export function readTable(table: HTMLTableElement): string[][] {
  return [...table.rows].map((row) => [...row.cells].map(readCell));
}

function readCell(cell: HTMLTableCellElement): string {
  const copy = cell.cloneNode(true) as HTMLElement;
  copy.querySelectorAll(".cite").forEach((button) => button.remove());
  return (copy.textContent ?? "").replace(/\s+/g, " ").trim();
}
