// The row under an answer: figures, sources and tools, each behind a button, one open at a time.
import { type ReactNode, useEffect, useId, useState } from "react";
import type { AnswerExtra } from "../api/types";
import { formatDuration } from "./format";
import { SourceList } from "./SourceList";
import { sourcesOf } from "./sources";
import { TraceInspector } from "./TraceInspector";
import { VerificationPanel, verificationWords } from "./VerificationPanel";

interface Props {
  extra: AnswerExtra;
  wanted: { callId: string } | null;
}

interface Panel {
  name: string;
  label: string;
  isFaulty?: boolean;
  body: () => ReactNode;
}

export function Facts({ extra, wanted }: Props) {
  const [open, setOpen] = useState<string | null>(null);
  const id = useId();
  useEffect(() => {
    if (wanted) setOpen("tools");
  }, [wanted]);
  const panels = panelsOf(extra, wanted?.callId ?? null);
  if (!panels.length) return null;
  const shown = panels.find((panel) => panel.name === open);
  return (
    <div className="facts">
      <div className="facts-row" role="group" aria-label="Behind this answer">
        {panels.map(({ name, label, isFaulty }) => (
          <button
            key={name}
            type="button"
            className={isFaulty ? "fact-button fact-faulty" : "fact-button"}
            aria-expanded={open === name}
            aria-controls={open === name ? id : undefined}
            onClick={() => setOpen(open === name ? null : name)}
          >
            {label}
          </button>
        ))}
      </div>
      {shown && (
        <section id={id} className="facts-panel" aria-label={shown.label}>
          {shown.body()}
        </section>
      )}
    </div>
  );
}

function panelsOf(extra: AnswerExtra, openCall: string | null): Panel[] {
  const { verification, provenance = [] } = extra;
  const sources = sourcesOf(extra);
  const panels: Panel[] = [];
  if (verification && verification.status !== "no_figures") {
    const isFaulty = verification.status !== "verified";
    panels.push({ name: "figures", label: verificationWords(verification), isFaulty, body: () => <VerificationPanel verification={verification} /> });
  }
  if (sources.length) {
    panels.push({ name: "sources", label: counted(sources.length, "source"), body: () => <SourceList sources={sources} /> });
  }
  if (provenance.length) {
    const took = provenance.reduce((sum, call) => sum + call.duration_ms, 0);
    const label = `${counted(provenance.length, "tool call")}, ${formatDuration(took)}`;
    panels.push({ name: "tools", label, body: () => <TraceInspector extra={extra} openCall={openCall} /> });
  }
  return panels;
}

function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}
