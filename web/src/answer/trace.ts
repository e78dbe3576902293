// A tool's result as something to look at: records become a table, the rest a tree, both cut with a word.

export interface RecordTable {
  columns: string[];
  rows: unknown[][];
  /** How many rows there are in all. */
  total: number;
}

export const MOST_ROWS = 50;
const MOST_COLUMNS = 12;
const LEAST_ROWS = 2;
const MOST_INLINE = 20;
const LONGEST_INLINE = 40;

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A list of records with plain values. Null where a table would show less than a tree. */
export function asTable(value: unknown): RecordTable | null {
  if (!Array.isArray(value) || value.length < LEAST_ROWS || !value.every(isRecord)) return null;
  const records: Record<string, unknown>[] = value;
  const names = [...new Set(records.slice(0, MOST_ROWS).flatMap((record) => Object.keys(record)))];
  if (!names.length || names.length > MOST_COLUMNS) return null;
  const isPlain = records.slice(0, MOST_ROWS).every((record) => Object.values(record).every((each) => typeof each !== "object" || each === null));
  if (!isPlain) return null;
  const rows = records.slice(0, MOST_ROWS).map((record) => names.map((name) => record[name]));
  return { columns: names, rows, total: records.length };
}

/** A short list of plain values reads best on one line. */
export function isPlainList(value: unknown): value is unknown[] {
  return Array.isArray(value) && value.length <= MOST_INLINE && value.every((each) => typeof each !== "object" && String(each).length <= LONGEST_INLINE);
}

/** Arguments are JSON text written by a model: it may be anything. */
export function parseArguments(text: string | undefined): unknown {
  if (!text) return {};
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

export function entriesOf(value: unknown): [string, unknown][] {
  if (Array.isArray(value)) return value.map((each, index) => [String(index), each as unknown]);
  return isRecord(value) ? Object.entries(value) : [];
}

export function sizeWords(value: unknown): string {
  if (Array.isArray(value)) return `${value.length.toLocaleString("en-US")} ${value.length === 1 ? "item" : "items"}`;
  const count = entriesOf(value).length;
  return `${count} ${count === 1 ? "field" : "fields"}`;
}
