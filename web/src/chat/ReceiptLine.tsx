// Model, tokens and cost of one answer; the ledger's own lines when somebody looks.
import { useState } from "react";
import { useClient } from "../api/clientContext";
import { faultOf } from "../api/errors";
import { formatUsd, isZero } from "../api/money";
import type { Receipt, RunReceipt } from "../api/types";
import type { AnswerNode } from "../history/types";
import { Popover } from "../ui/Popover";

type Ledger = { receipt: Receipt } | { complaint: string } | null;

export function ReceiptLine({ node }: { node: AnswerNode }) {
  const client = useClient();
  const [ledger, setLedger] = useState<Ledger>(null);
  const receipt = node.extra?.receipt;
  const parts = [
    node.model ?? node.askedModel,
    node.usage ? `${node.usage.total_tokens.toLocaleString()} tokens` : "",
    node.durationMs !== undefined ? `${(node.durationMs / 1000).toFixed(1)} s` : "",
    node.asOf ? `as of ${node.asOf}` : "",
  ];
  const load = (id: string) => {
    client.receipt(id).then(
      (full) => setLedger({ receipt: full }),
      (error: unknown) => setLedger({ complaint: faultOf(error)?.message ?? "" }),
    );
  };
  return (
    <div className="receipt-line">
      <span className="receipt-parts">{parts.filter(Boolean).join(" · ")}</span>
      {receipt && (
        <Popover label="Receipt" className={isZero(receipt.total_usd) ? "cost-tag is-free" : "cost-tag"} trigger={<CostWords receipt={receipt} />} onOpen={() => load(receipt.run_id)}>
          <ReceiptCard node={node} receipt={receipt} ledger={ledger} />
        </Popover>
      )}
    </div>
  );
}

function CostWords({ receipt }: { receipt: RunReceipt }) {
  const words = formatUsd(receipt.total_usd);
  return (
    <>
      <span className="visually-hidden">Receipt: </span>
      {words.charAt(0).toUpperCase() + words.slice(1)}
      {receipt.is_estimated && " estimated"}
    </>
  );
}

function ReceiptCard({ node, receipt, ledger }: { node: AnswerNode; receipt: RunReceipt; ledger: Ledger }) {
  return (
    <div className="receipt-card">
      <h3>Receipt</h3>
      <dl>
        <Row name="Total" value={exact(receipt.total_usd)} />
        <Row name="Set aside for it" value={exact(receipt.held_usd)} />
        {receipt.is_estimated && <Row name="Basis" value="a part is estimated" />}
        {node.usage && <Row name="Read" value={`${node.usage.prompt_tokens.toLocaleString()} tokens`} />}
        {node.usage && <Row name="Written" value={`${node.usage.completion_tokens.toLocaleString()} tokens`} />}
        {receipt.price_versions.length > 0 && <Row name="Price" value={receipt.price_versions.join(", ")} />}
        <Row name="Run" value={receipt.run_id} />
      </dl>
      {ledger && "complaint" in ledger && <p className="muted">{ledger.complaint}</p>}
      {ledger && "receipt" in ledger && <LedgerLines receipt={ledger.receipt} />}
    </div>
  );
}

function LedgerLines({ receipt }: { receipt: Receipt }) {
  if (!receipt.entries.length) return null;
  return (
    <table className="ledger-lines">
      <caption>Lines of the ledger</caption>
      <tbody>
        {receipt.entries.map((entry) => (
          <tr key={entry.id}>
            <th scope="row">{entry.kind}</th>
            <td>{exact(entry.amount_usd)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Row({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd className="figures">{value}</dd>
    </div>
  );
}

function exact(amount: string | null): string {
  return amount === null ? "unknown" : `$${amount}`;
}
