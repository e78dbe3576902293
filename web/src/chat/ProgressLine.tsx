// One line while tools run: what is done now, how much is done, since when.
import { useEffect, useState } from "react";
import type { ProgressStep } from "../api/types";
import { progressWords } from "./progressWords";

export function ProgressLine({ steps, hasText }: { steps: readonly ProgressStep[]; hasText: boolean }) {
  const seconds = useSeconds();
  const words = progressWords(steps);
  return (
    <p className="progress-line">
      <span className="pulse" aria-hidden="true" />
      <span className="progress-now">{hasText ? "Writing" : words.now}…</span>
      {words.total > 0 && (
        <span className="muted">
          {words.done} of {words.total} steps
        </span>
      )}
      {seconds >= 2 && <span className="muted figures">{seconds} s</span>}
    </p>
  );
}

function useSeconds(): number {
  const [seconds, setSeconds] = useState(0);
  useEffect(() => {
    const begun = performance.now();
    const timer = setInterval(() => setSeconds(Math.floor((performance.now() - begun) / 1000)), 1000);
    return () => clearInterval(timer);
  }, []);
  return seconds;
}
