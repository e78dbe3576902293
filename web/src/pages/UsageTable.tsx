// Use as figures, with the exact amounts.
import type { Amount, UsageReport, UsageSums } from "../api/types";
import { nameOf } from "./usageReport";

const HEADS: Record<UsageReport["by"], string> = { day: "Day", key: "Key", model: "Model" };

export function UsageTable({ report }: { report: UsageReport }) {
  return (
    <div className="table-frame" role="region" aria-label="Use in figures" tabIndex={0}>
      <table className="report-table">
        <thead>
          <tr>
            <th scope="col">{HEADS[report.by]}</th>
            {["Runs", "Input", "Cached", "Output", "Reasoning", "Charged, USD", "Refunded, USD"].map((name) => (
              <th key={name} scope="col" className="num">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {report.data.map((row) => (
            <tr key={nameOf(row)}>
              <th scope="row" className={report.by === "day" ? "num-left" : "mono"}>
                {nameOf(row)}
              </th>
              <Sums sums={row} />
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">Total</th>
            <Sums sums={report.total} />
          </tr>
        </tfoot>
      </table>
    </div>
  );
}

function Sums({ sums }: { sums: UsageSums }) {
  const { usage } = sums;
  const counts = [sums.runs, usage.input_tokens, usage.cache_read_tokens, usage.output_tokens, usage.reasoning_tokens];
  return (
    <>
      {counts.map((count, index) => (
        <td key={index} className="num">
          {count.toLocaleString("en-US")}
        </td>
      ))}
      <td className="num">{told(sums.charged_usd)}</td>
      <td className="num">{told(sums.refunded_usd)}</td>
    </>
  );
}

function told(amount: Amount): string {
  return amount ?? "unknown";
}
