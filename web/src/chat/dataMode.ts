// Where the figures of a conversation come from: live, a dated snapshot, or an invented world.
import type { MessageNode } from "../history/types";

export interface DataModeWords {
  label: string;
  detail: string;
  tone: "live" | "snapshot" | "simulated" | "unknown";
}

const WORDS: Record<string, DataModeWords> = {
  live: { label: "Live data", detail: "Figures come from live sources.", tone: "live" },
  snapshot: { label: "Snapshot data", detail: "Figures are real, of the dates that stand with them, and not live.", tone: "snapshot" },
  simulated: { label: "Simulated data", detail: "An invented market: nothing of it is real.", tone: "simulated" },
  auto: { label: "Live or snapshot", detail: "Live sources where they answer, dated snapshots where they do not. Each answer says which.", tone: "unknown" },
};

/** Of the last answer that used tools; before it, how the desk was started. */
export function dataModeOf(path: readonly MessageNode[], deskMode: string | null): DataModeWords | null {
  const modes = lastModes(path);
  if (modes.length > 1) {
    const detail = `The last answer rests on ${modes.join(" and ")} data; each source says which.`;
    return { label: `${modes.map(capital).join(" + ")} data`, detail, tone: modes.includes("simulated") ? "simulated" : "snapshot" };
  }
  const mode = modes[0] ?? deskMode;
  return mode === null ? null : (WORDS[mode] ?? null);
}

function lastModes(path: readonly MessageNode[]): string[] {
  for (const node of path.toReversed()) {
    const traces = node.role === "assistant" ? (node.extra?.provenance ?? []) : [];
    const modes = [...new Set(traces.flatMap((trace) => (Array.isArray(trace.mode) ? trace.mode : [])))];
    if (modes.length) return modes.sort();
  }
  return [];
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
