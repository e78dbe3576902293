// What data the desk answers from: holdings with their ages, sources, what could be added, documents.
import type { Client } from "../api/client";
import type { DataSource } from "../api/types";
import { formatAge, formatBytes, formatMoment } from "../answer/format";
import { CopyButton } from "../ui/CopyButton";
import { ageSeconds, ageTone, byKind, type DataReport, type Held, MODE_WORDS } from "./dataReport";
import { DocumentsSection } from "./DocumentsSection";
import { Empty, Failure, Page, Section, Waiting } from "./PageParts";
import "./pages.css";
import { useLoaded } from "./useLoaded";

const read = async (client: Client, signal: AbortSignal): Promise<DataReport> => client.dataStatus(signal);

export function DataPage() {
  const { value, fault, isLoading, reload } = useLoaded(read);
  const words = value && value.mode !== "simulated" ? (MODE_WORDS[value.mode ?? ""] ?? "") : "";
  const lead = value ? `${words} As of ${formatMoment(value.at)}.`.trim() : undefined;
  return (
    <Page title="Data" lead={lead} isLoading={isLoading} onReload={reload}>
      {fault && <Failure fault={fault} onRetry={reload} />}
      {!value && !fault && <Waiting what="what data there is" />}
      {value && <Report report={value} />}
    </Page>
  );
}

function Report({ report }: { report: DataReport }) {
  return (
    <>
      {report.mode === "simulated" && (
        <p className="report-banner" role="note">
          {MODE_WORDS.simulated}
        </p>
      )}
      <Holdings report={report} />
      <Sources sources={report.sources} />
      <Pullable report={report} />
      {report.documents && <DocumentsSection documents={report.documents} />}
    </>
  );
}

function Holdings({ report }: { report: DataReport }) {
  const rows = report.holdings.reduce((sum, held) => sum + held.rows, 0);
  return (
    <Section title="Market holdings" note={`${rows.toLocaleString("en-US")} rows on this desk`}>
      {report.holdings.length === 0 ? (
        <Empty>Nothing is stored yet.</Empty>
      ) : (
        <div className="table-frame" role="region" aria-label="Market holdings" tabIndex={0}>
          <table className="report-table">
            <thead>
              <tr>
                <th scope="col">Kind</th>
                <th scope="col">Source</th>
                <th scope="col">Mode</th>
                <th scope="col">First</th>
                <th scope="col">Last</th>
                <th scope="col">Age</th>
                <th scope="col" className="num">
                  Of
                </th>
                <th scope="col" className="num">
                  Rows
                </th>
              </tr>
            </thead>
            {byKind(report.holdings).map(({ kind, held }) => (
              <tbody key={kind}>
                {held.map((each, index) => (
                  <HoldingRow key={`${each.source}${each.mode}${each.detail ?? ""}`} held={each} kind={index === 0 ? kind : ""} now={report.at} />
                ))}
              </tbody>
            ))}
          </table>
        </div>
      )}
    </Section>
  );
}

function HoldingRow({ held, kind, now }: { held: Held; kind: string; now: string }) {
  const seconds = ageSeconds(held, now);
  return (
    <tr>
      <th scope="row">{kind || <span className="visually-hidden">{held.kind}</span>}</th>
      <td>
        {held.source}
        {held.detail && <span className="quiet"> {held.detail}</span>}
      </td>
      <td>{held.mode}</td>
      <td>{held.first ? formatMoment(held.first).slice(0, 10) : "n/a"}</td>
      <td>{held.last ? formatMoment(held.last).slice(0, 10) : "n/a"}</td>
      <td>
        <span className={`age age-${ageTone(seconds)}`}>{formatAge(seconds)}</span>
      </td>
      <td className="num">{held.entities.toLocaleString("en-US")}</td>
      <td className="num">{held.rows.toLocaleString("en-US")}</td>
    </tr>
  );
}

const STATE_ORDER = ["resting", "on", "off"];

function Sources({ sources }: { sources: readonly DataSource[] }) {
  const sorted = [...sources].sort((one, other) => STATE_ORDER.indexOf(one.state) - STATE_ORDER.indexOf(other.state));
  const on = sources.filter((source) => source.state === "on").length;
  return (
    <Section title="Live sources" note={`${on} of ${sources.length} on`}>
      {sources.length === 0 ? (
        <Empty>This desk knows of no live source.</Empty>
      ) : (
        <ul className="source-states">
          {sorted.map((source) => (
            <li key={source.name}>
              <span className={`state state-${source.state}`}>{source.state}</span>
              <span className="mono">{source.name}</span>
              {source.detail && <span className="quiet">{source.detail}</span>}
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

function Pullable({ report }: { report: DataReport }) {
  if (!report.pullable.length) return null;
  return (
    <Section title="More data" note="fetched by your own command, after its terms were shown">
      <ul className="pull-list">
        {report.pullable.map((bundle) => {
          const command = bundle.command ?? `cryptodesk data pull ${bundle.name}`;
          return (
            <li key={bundle.name}>
              <p>
                <span className={`state state-${bundle.is_pulled ? "on" : "off"}`}>{bundle.is_pulled ? "in the store" : "not pulled"}</span> Adds {bundle.adds}; {formatBytes(bundle.size_bytes)}.
              </p>
              {!bundle.is_pulled && (
                <p className="command">
                  <code>{command}</code>
                  <CopyButton text={command} label="Copy the command" />
                </p>
              )}
            </li>
          );
        })}
      </ul>
    </Section>
  );
}
