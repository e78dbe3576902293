// Documents of the desk: how many of which source, and how each subscription fares.
import { formatAge, formatMoment } from "../answer/format";
import type { Documents, Subscription } from "./dataReport";
import { Empty, Section } from "./PageParts";

export function DocumentsSection({ documents }: { documents: Documents }) {
  return (
    <>
      <Section title="Documents" note={`${documents.total.toLocaleString("en-US")} in all`}>
        {documents.holdings.length === 0 ? <Empty>There are no documents yet.</Empty> : <Holdings documents={documents} />}
      </Section>
      <Section title="Subscriptions" note={documents.defaults_left ? `${documents.defaults_left} shipped feeds are not subscribed to` : undefined}>
        {documents.subscriptions.length === 0 ? (
          <Empty>
            Nothing is subscribed to. <code>cryptodesk documents add --defaults</code> adds the shipped feeds.
          </Empty>
        ) : (
          <ul className="subscriptions">
            {documents.subscriptions.map((held) => (
              <SubscriptionEntry key={held.id} held={held} />
            ))}
          </ul>
        )}
      </Section>
    </>
  );
}

function Holdings({ documents }: { documents: Documents }) {
  return (
    <div className="table-frame" role="region" aria-label="Documents" tabIndex={0}>
      <table className="report-table">
        <thead>
          <tr>
            <th scope="col">Source</th>
            <th scope="col">Type</th>
            <th scope="col">First</th>
            <th scope="col">Last</th>
            <th scope="col">Age</th>
            <th scope="col" className="num">
              Documents
            </th>
          </tr>
        </thead>
        <tbody>
          {documents.holdings.map((held) => (
            <tr key={`${held.source}${held.type}`}>
              <th scope="row">{held.source}</th>
              <td>{held.type.replaceAll("_", " ")}</td>
              <td>{held.first ? formatMoment(held.first).slice(0, 10) : "n/a"}</td>
              <td>{held.last ? formatMoment(held.last).slice(0, 10) : "n/a"}</td>
              <td>{formatAge(held.age_seconds)}</td>
              <td className="num">{held.documents.toLocaleString("en-US")}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const STATES: Record<Subscription["state"], string> = { fresh: "on", due: "on", new: "off", off: "off", failing: "resting" };

function SubscriptionEntry({ held }: { held: Subscription }) {
  const last = held.last_success_at ? `last read ${formatMoment(held.last_success_at)}` : "never read";
  return (
    <li>
      <p>
        <span className={`state state-${STATES[held.state]}`}>{held.state}</span> <strong>{held.title || held.address}</strong>{" "}
        <span className="quiet">
          {held.source} · {held.documents.toLocaleString("en-US")} documents · {last}
        </span>
      </p>
      {held.title && held.address && <p className="quiet mono address">{held.address}</p>}
      {held.error && <p className="subscription-error">{held.error}</p>}
      {held.problem_count > 0 && (
        <details>
          <summary>
            {held.problem_count} {held.problem_count === 1 ? "item" : "items"} not taken
          </summary>
          <ul>
            {held.problems.map((problem, index) => (
              <li key={index}>{problem}</li>
            ))}
          </ul>
        </details>
      )}
    </li>
  );
}
