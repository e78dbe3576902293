// What went wrong with an answer, and what can be done about it. The text that came before it stays above.
import { useEffect, useState } from "react";
import type { Fault, FaultKind } from "../api/errors";
import { useApp } from "../app/appContext";
import { Link } from "../app/Link";
import type { AnswerNode } from "../history/types";
import { OfflineIcon, WarnIcon } from "../ui/icons";
import { useSession } from "./chatContext";

const TITLES: Record<FaultKind, string> = {
  key: "The key was refused",
  budget: "The budget does not cover this",
  rate: "Too many requests",
  credit: "The credit is spent",
  forbidden: "This key may not do that",
  request: "The desk does not take this request",
  missing: "The desk does not know this",
  server: "The desk could not answer",
  offline: "No connection",
  broken: "The answer broke off",
};

export function FaultNote({ node, fault }: { node: AnswerNode; fault: Fault }) {
  const { changeKey, settings } = useApp();
  const session = useSession();
  const wait = useSecondsUntil(fault.retryAt);
  const isMoney = fault.kind === "budget" || fault.kind === "credit";
  const again = () => node.parentId !== null && void session.regenerate(node.parentId, settings);
  return (
    <div className="fault" role="alert">
      {fault.kind === "offline" ? <OfflineIcon /> : <WarnIcon />}
      <div className="fault-text">
        <strong>{TITLES[fault.kind]}</strong>
        <p>{fault.message}</p>
        <p className="muted small-text">
          {node.text && "What had arrived is kept above. "}
          {[fault.status && `Status ${fault.status}`, fault.code, fault.requestId].filter(Boolean).join(" · ")}
        </p>
      </div>
      <div className="fault-actions">
        {fault.kind === "key" && (
          <button type="button" className="button small" onClick={changeKey}>
            Enter a key
          </button>
        )}
        {isMoney && (
          <Link to={{ page: "usage" }} className="button small">
            See the budgets
          </Link>
        )}
        <button type="button" className="button small" onClick={again} disabled={wait > 0}>
          {wait > 0 ? `Try again in ${wait} s` : "Try again"}
        </button>
      </div>
    </div>
  );
}

function useSecondsUntil(at: number | undefined): number {
  const left = () => (at === undefined ? 0 : Math.max(0, Math.ceil((at - Date.now()) / 1000)));
  const [seconds, setSeconds] = useState(left);
  useEffect(() => {
    if (at === undefined) return;
    const timer = setInterval(() => setSeconds(Math.max(0, Math.ceil((at - Date.now()) / 1000))), 500);
    return () => clearInterval(timer);
  }, [at]);
  return seconds;
}
