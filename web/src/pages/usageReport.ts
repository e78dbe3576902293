// Use as the page shows it: periods, what is plotted, and the rows as a file.
import type { CsvValue } from "../answer/csv";
import type { UsageGroup, UsageReport, UsageRow, UsageSums } from "../api/types";

export type Measure = "cost" | "tokens" | "runs";

export const MEASURE_WORDS: Record<Measure, string> = { cost: "Cost, USD", tokens: "Tokens", runs: "Runs" };

const DAY_MS = 86_400_000;

/** First and last day, both included, that end today (UTC). */
export function lastDays(count: number, now: Date): { from: string; to: string } {
  return { from: new Date(now.getTime() - (count - 1) * DAY_MS).toISOString().slice(0, 10), to: now.toISOString().slice(0, 10) };
}

export function monthToDate(now: Date): { from: string; to: string } {
  const to = now.toISOString().slice(0, 10);
  return { from: `${to.slice(0, 8)}01`, to };
}

export function nameOf(row: UsageRow): string {
  return row.day ?? row.model ?? row.key_id ?? "unknown";
}

/** Only for the length of a bar; null where a price is unknown. */
export function valueOf(row: UsageSums, measure: Measure): number | null {
  if (measure === "runs") return row.runs;
  if (measure === "tokens") return tokensOf(row);
  return row.charged_usd === null ? null : Number(row.charged_usd);
}

export function tokensOf({ usage }: UsageSums): number {
  return usage.input_tokens + usage.output_tokens;
}

export interface Bar {
  name: string;
  /** Null where it is not known; a day without runs is 0. */
  value: number | null;
}

/** One bar a day of the period, oldest first; of models and keys the largest first. */
export function barsOf(report: UsageReport, measure: Measure): Bar[] {
  const known = new Map(report.data.map((row) => [nameOf(row), valueOf(row, measure)]));
  if (report.by !== "day") {
    return [...known].map(([name, value]) => ({ name, value })).sort((one, other) => (other.value ?? -1) - (one.value ?? -1));
  }
  return daysOf(report.from, report.to).map((day) => ({ name: day, value: known.has(day) ? (known.get(day) ?? null) : 0 }));
}

const MOST_DAYS = 3_700;

export function daysOf(from: string, to: string): string[] {
  const first = Date.parse(`${from}T00:00:00Z`);
  const last = Date.parse(`${to}T00:00:00Z`);
  if (Number.isNaN(first) || Number.isNaN(last)) return [];
  const count = Math.min(MOST_DAYS, Math.max(0, Math.round((last - first) / DAY_MS) + 1));
  return Array.from({ length: count }, (_, index) => new Date(first + index * DAY_MS).toISOString().slice(0, 10));
}

const GROUP_HEAD: Record<UsageGroup, string> = { day: "day", key: "key_id", model: "model" };

/** Amounts stay the exact text of the wire. */
export function usageRows(report: UsageReport): CsvValue[][] {
  const head = [GROUP_HEAD[report.by], "runs", "input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens", "reasoning_tokens", "charged_usd", "refunded_usd"];
  const rows = report.data.map((row): CsvValue[] => [
    nameOf(row),
    row.runs,
    row.usage.input_tokens,
    row.usage.output_tokens,
    row.usage.cache_read_tokens,
    row.usage.cache_write_tokens,
    row.usage.reasoning_tokens,
    row.charged_usd,
    row.refunded_usd,
  ]);
  return [head, ...rows];
}
