// Tells screen readers that an answer has begun, what is done for it, and that it is there; not each word of it.
import { progressWords } from "./progressWords";
import type { SessionState } from "./session";

const LONGEST = 280;

export function Announcer({ state }: { state: SessionState }) {
  return (
    <div className="visually-hidden" role="status" aria-live="polite" aria-atomic="true">
      {wordsOf(state)}
    </div>
  );
}

export function wordsOf({ path, runningId }: Pick<SessionState, "path" | "runningId">): string {
  const last = path.at(-1);
  if (last?.role !== "assistant") return "";
  if (runningId === last.id) return last.text ? "The answer is being written." : `${progressWords(last.extra?.progress ?? []).now}.`;
  if (last.status === "stopped") return "The answer was stopped.";
  if (last.status === "failed") return "";
  const text = last.text.replace(/[*_#|`>[\]]/g, " ").replace(/\s+/g, " ").trim();
  return `Answer: ${text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text}`;
}
