// What the pages beside the chat have in common: head, waiting, failure, emptiness.
import { type ReactNode, useContext } from "react";
import type { Fault } from "../api/errors";
import { AppContext } from "../app/appContext";
import { MenuIcon, RetryIcon } from "../ui/icons";
import { IconButton } from "../ui/IconButton";

interface PageProps {
  title: string;
  lead?: ReactNode;
  isLoading: boolean;
  onReload: () => void;
  children: ReactNode;
}

export function Page({ title, lead, isLoading, onReload, children }: PageProps) {
  const app = useContext(AppContext);
  return (
    <main className="report-page" aria-busy={isLoading}>
      <header className="report-head">
        {app && (
          <IconButton label="Open the sidebar" className="only-narrow" onClick={app.openSidebar}>
            <MenuIcon />
          </IconButton>
        )}
        <div className="report-lead">
          <h1>{title}</h1>
          {lead && <p className="quiet">{lead}</p>}
        </div>
        <IconButton label="Read again" onClick={onReload} disabled={isLoading}>
          <RetryIcon />
        </IconButton>
      </header>
      {children}
    </main>
  );
}

export function Section({ title, note, action, children }: { title: string; note?: ReactNode; action?: ReactNode; children: ReactNode }) {
  return (
    <section className="report-section" aria-label={title}>
      <div className="section-head">
        <h2>{title}</h2>
        {note && <span className="quiet">{note}</span>}
        {action}
      </div>
      {children}
    </section>
  );
}

export function Failure({ fault, onRetry }: { fault: Fault; onRetry: () => void }) {
  return (
    <div className="report-state" role="alert">
      <p>{fault.message}</p>
      {fault.requestId && <p className="quiet mono">{fault.requestId}</p>}
      {fault.kind !== "missing" && (
        <button type="button" className="choice-button" onClick={onRetry}>
          Try again
        </button>
      )}
    </div>
  );
}

export function Waiting({ what }: { what: string }) {
  return (
    <div className="report-state" role="status">
      <p className="quiet">Reading {what}…</p>
    </div>
  );
}

export function Empty({ children }: { children: ReactNode }) {
  return <p className="report-empty quiet">{children}</p>;
}
