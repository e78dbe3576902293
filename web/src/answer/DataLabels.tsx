// Plain words about the data behind an answer.
import { WarnIcon } from "../ui/icons";
import type { DataLabel } from "./labels";

const WARNING = new Set<DataLabel["kind"]>(["simulated", "stale", "limit"]);

export function DataLabels({ labels }: { labels: readonly DataLabel[] }) {
  if (!labels.length) return null;
  return (
    <ul className="data-labels" aria-label="About the data">
      {labels.map((label) => (
        <li key={label.kind} className={`data-label data-label-${label.kind}`}>
          {WARNING.has(label.kind) && <WarnIcon />}
          {label.kind === "missing" ? (
            <details>
              <summary>{label.text}</summary>
              <p>{label.detail}</p>
            </details>
          ) : (
            <span title={label.detail}>
              {label.text}
              {label.kind === "limit" && `: ${label.detail}`}
            </span>
          )}
        </li>
      ))}
    </ul>
  );
}
