// `GET /v1/data` as the page shows it: ages, groups, counts.
import type { DataHolding, DataPull, DataStatus } from "../api/types";

export interface Held extends DataHolding {
  age_seconds?: number | null;
}

export interface DocumentHolding {
  source: string;
  type: string;
  documents: number;
  first: string | null;
  last: string | null;
  age_seconds: number | null;
}

export interface Subscription {
  id: number;
  source: string;
  address: string;
  title: string;
  state: "fresh" | "due" | "failing" | "off" | "new";
  documents: number;
  last_success_at: string | null;
  due_at: string | null;
  failures: number;
  error: string | null;
  problems: string[];
  problem_count: number;
}

export interface Documents {
  total: number;
  holdings: DocumentHolding[];
  subscriptions: Subscription[];
  defaults_left: number;
}

export interface DataReport extends Omit<DataStatus, "holdings" | "pullable"> {
  holdings: Held[];
  pullable: (DataPull & { command?: string })[];
  documents?: Documents | null;
}

export const MODE_WORDS: Record<string, string> = {
  auto: "Live where a source answers, otherwise the dated snapshot.",
  live: "Live sources only.",
  snapshot: "The dated snapshot only; no live source is asked.",
  simulated: "This desk answers from a simulated market: invented data. What is listed here is not used.",
};

export function ageSeconds(held: Held, now: string): number | null {
  if (held.age_seconds !== undefined) return held.age_seconds;
  const at = held.last ? Date.parse(held.last) : Number.NaN;
  return Number.isNaN(at) ? null : Math.max(0, (Date.parse(now) - at) / 1000);
}

const DAY_SECONDS = 86_400;

export function ageTone(seconds: number | null): "fresh" | "aging" | "old" | "unknown" {
  if (seconds === null) return "unknown";
  return seconds < 2 * DAY_SECONDS ? "fresh" : seconds < 30 * DAY_SECONDS ? "aging" : "old";
}

/** By kind, each with its sources, the fullest first. */
export function byKind(holdings: readonly Held[]): { kind: string; rows: number; held: Held[] }[] {
  const groups = new Map<string, Held[]>();
  for (const held of holdings) groups.set(held.kind, [...(groups.get(held.kind) ?? []), held]);
  return [...groups].map(([kind, held]) => ({
    kind,
    rows: held.reduce((sum, each) => sum + each.rows, 0),
    held: [...held].sort((one, other) => other.rows - one.rows),
  }));
}
