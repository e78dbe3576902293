// A short word at the foot of the page, read out by screen readers.
import { useEffect } from "react";

const SHOWN_MS = 5_000;

export function Notice({ text, onDone }: { text: string; onDone: () => void }) {
  useEffect(() => {
    if (!text) return;
    const timer = setTimeout(onDone, SHOWN_MS);
    return () => clearTimeout(timer);
  }, [text, onDone]);
  return (
    <div className="notice-region" role="status">
      {text && <div className="notice">{text}</div>}
    </div>
  );
}
