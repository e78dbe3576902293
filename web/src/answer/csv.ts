// Rows as CSV that a spreadsheet opens without running any of it.

const NUMBER = /^[+-]?[\d.,]+(?:[eE][+-]?\d+)?\s?%?$/;

export type CsvValue = string | number | null | undefined;

/** RFC 4180: lines end with CRLF, a field with a quote, comma or line break is quoted. */
export function toCsv(rows: readonly (readonly CsvValue[])[]): string {
  return rows.map((row) => row.map(field).join(",")).join("\r\n") + (rows.length ? "\r\n" : "");
}

function field(value: CsvValue): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") return Number.isFinite(value) ? String(value) : "";
  const safe = /^[=@+\-\t\r]/.test(value) && !NUMBER.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
