// What has to be said about the data behind an answer: invented, old, cut short, missing.
import type { AnswerExtra } from "../api/types";
import { formatAge, formatMoment } from "./format";

export interface DataLabel {
  kind: "simulated" | "snapshot" | "stale" | "live" | "limit" | "missing";
  text: string;
  detail?: string;
}

const STALE_SECONDS = 36 * 3_600;
const MOST_MISSING = 6;

export function dataLabels(extra: AnswerExtra, now: number): DataLabel[] {
  return [...modeLabels(extra, now), ...missingLabel(extra), ...limitLabel(extra)];
}

function modeLabels({ provenance = [] }: AnswerExtra, now: number): DataLabel[] {
  const modes = new Set(provenance.flatMap((call) => call.mode ?? []));
  const oldest = oldestMoment(provenance.filter((call) => call.mode?.includes("snapshot")).map((call) => call.as_of));
  if (modes.has("simulated")) {
    return [{ kind: "simulated", text: "Simulated data", detail: "An invented market: nothing in this answer is real." }];
  }
  if (modes.has("snapshot")) return [snapshotLabel(oldest, now)];
  return modes.has("live") ? [{ kind: "live", text: "Live data" }] : [];
}

function snapshotLabel(oldest: string | null, now: number): DataLabel {
  const text = oldest ? `Snapshot of ${formatMoment(oldest)}` : "Snapshot data";
  const age = oldest ? (now - Date.parse(oldest)) / 1000 : 0;
  if (age < STALE_SECONDS) return { kind: "snapshot", text };
  return { kind: "stale", text: `${text}, ${formatAge(age)} old`, detail: "No live source answered for these figures." };
}

function oldestMoment(moments: readonly (string | undefined)[]): string | null {
  const known = moments.filter((moment): moment is string => moment !== undefined && !Number.isNaN(Date.parse(moment)));
  return known.sort((one, other) => Date.parse(one) - Date.parse(other))[0] ?? null;
}

function missingLabel({ provenance = [] }: AnswerExtra): DataLabel[] {
  const reasons = provenance.flatMap((call) => (call.unavailable ?? []).map(missingText)).filter((text) => text !== "");
  const unique = [...new Set(reasons)];
  if (!unique.length) return [];
  const shown = unique.slice(0, MOST_MISSING).join("; ");
  const rest = unique.length > MOST_MISSING ? `; and ${unique.length - MOST_MISSING} more` : "";
  return [{ kind: "missing", text: `${unique.length} not available`, detail: shown + rest }];
}

export function missingText(item: unknown): string {
  if (typeof item === "string") return item.slice(0, 200);
  if (!item || typeof item !== "object") return "";
  const { field, reason } = item as { field?: unknown; reason?: unknown };
  return [field, reason].filter((part): part is string => typeof part === "string").join(": ").slice(0, 200);
}

function limitLabel({ limit }: AnswerExtra): DataLabel[] {
  return limit ? [{ kind: "limit", text: "Ended at a limit", detail: limit }] : [];
}
