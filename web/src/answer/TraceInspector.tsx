// The tool calls behind an answer, in order: arguments, time taken, source and result.
import { useEffect, useRef, useState } from "react";
import type { AnswerExtra, Provenance } from "../api/types";
import { CopyButton } from "../ui/CopyButton";
import { formatDuration, formatMoment, toolWords } from "./format";
import { missingText } from "./labels";
import { parseArguments } from "./trace";
import { ValueTree } from "./ValueTree";

interface Props {
  extra: AnswerExtra;
  /** A call to be shown open and in view. */
  openCall?: string | null;
}

export function TraceInspector({ extra, openCall = null }: Props) {
  const calls = extra.provenance ?? [];
  if (!calls.length) return <p className="quiet">No tools were called for this answer.</p>;
  return (
    <ol className="trace">
      {calls.map((call) => (
        <TraceCall key={call.call_id} call={call} result={extra.outputs?.[call.result?.ref ?? ""]} isWanted={openCall === call.call_id} />
      ))}
    </ol>
  );
}

function TraceCall({ call, result, isWanted }: { call: Provenance; result: unknown; isWanted: boolean }) {
  const [isOpen, setOpen] = useState(isWanted);
  const entry = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (!isWanted) return;
    setOpen(true);
    entry.current?.scrollIntoView?.({ block: "nearest" });
  }, [isWanted]);
  return (
    <li ref={entry} className={isWanted ? "trace-call trace-wanted" : "trace-call"}>
      <button type="button" className="trace-head" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        <span className="mono">{toolWords(call.name)}</span>
        <span className={call.error ? "trace-status trace-failed" : "trace-status"}>{call.error ? "failed" : call.status}</span>
        <span className="quiet trace-source">{[call.source?.slice(0, 3).join(", "), call.mode?.join(", ")].filter(Boolean).join(" · ")}</span>
        <span className="quiet num">{formatDuration(call.duration_ms)}</span>
      </button>
      {isOpen && <CallDetail call={call} result={result} />}
    </li>
  );
}

function CallDetail({ call, result }: { call: Provenance; result: unknown }) {
  const input = parseArguments(call.arguments);
  const missing = (call.unavailable ?? []).map(missingText).filter(Boolean);
  return (
    <div className="trace-detail">
      <div className="trace-copy">
        <CopyButton label="Copy the call as JSON" text={JSON.stringify({ name: call.name, arguments: input, result: result ?? null }, null, 2)} />
      </div>
      <h4>Arguments</h4>
      <ValueTree value={input} />
      {call.error && <p className="trace-error">{call.error}</p>}
      <p className="quiet">
        {call.as_of ? `As of ${formatMoment(call.as_of)}` : "No time was told"}
        {call.source?.length ? ` · ${call.source.join(", ")}` : ""}
      </p>
      {call.notes?.length ? <p className="quiet">{call.notes.join("; ")}</p> : null}
      {missing.length > 0 && <p className="quiet">Not available: {missing.join("; ")}</p>}
      <h4>Result</h4>
      <CallResult call={call} result={result} />
    </div>
  );
}

function CallResult({ call, result }: { call: Provenance; result: unknown }) {
  if (result === undefined) {
    const size = call.result ? ` of ${call.result.characters.toLocaleString("en-US")} characters` : "";
    return <p className="quiet">The result{size} was not kept with this answer.</p>;
  }
  if (result === null) return <p className="quiet">This result may not be shown.</p>;
  return <ValueTree value={result} />;
}
