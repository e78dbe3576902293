// Conversations by the day on which they were last used.
import type { ConversationInfo } from "./types";

export interface DayGroup {
  label: string;
  infos: ConversationInfo[];
}

const DAY_MS = 86_400_000;

export function groupByDay(infos: readonly ConversationInfo[], now: number): DayGroup[] {
  const today = startOfDay(now);
  const groups: DayGroup[] = [];
  for (const info of infos) {
    const label = labelOf(info.updatedAt, today);
    const last = groups.at(-1);
    if (last?.label === label) last.infos.push(info);
    else groups.push({ label, infos: [info] });
  }
  return groups;
}

function labelOf(at: number, today: number): string {
  if (at >= today) return "Today";
  if (at >= today - DAY_MS) return "Yesterday";
  if (at >= today - 7 * DAY_MS) return "Last 7 days";
  if (at >= today - 30 * DAY_MS) return "Last 30 days";
  return new Date(at).toLocaleDateString(undefined, { year: "numeric", month: "long" });
}

function startOfDay(at: number): number {
  const day = new Date(at);
  return day.setHours(0, 0, 0, 0);
}
