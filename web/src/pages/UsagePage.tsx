// What was used and what it cost: by day, model or key, with budgets.
import { useCallback, useState } from "react";
import type { Client } from "../api/client";
import { formatUsd } from "../api/money";
import type { Budget, UsageGroup, UsageReport } from "../api/types";
import { toCsv } from "../answer/csv";
import { download } from "../history/download";
import { BarPlot } from "./BarPlot";
import { Budgets } from "./Budgets";
import { Empty, Failure, Page, Section, Waiting } from "./PageParts";
import "./pages.css";
import { PeriodPicker } from "./PeriodPicker";
import { UsageTable } from "./UsageTable";
import { barsOf, lastDays, type Measure, MEASURE_WORDS, tokensOf, usageRows } from "./usageReport";
import { useLoaded } from "./useLoaded";

const USUAL_DAYS = 30;
const GROUPS: readonly { group: UsageGroup; label: string }[] = [
  { group: "day", label: "By day" },
  { group: "model", label: "By model" },
  { group: "key", label: "By key" },
];

interface Answered {
  report: UsageReport;
  budgets: Budget[];
}

export function UsagePage() {
  const [period, setPeriod] = useState(() => lastDays(USUAL_DAYS, new Date()));
  const [group, setGroup] = useState<UsageGroup>("day");
  const [measure, setMeasure] = useState<Measure | null>(null);
  const read = useCallback(
    async (client: Client, signal: AbortSignal): Promise<Answered> => {
      const [report, budgets] = await Promise.all([client.usage({ ...period, by: group }, signal), client.budgets(signal)]);
      return { report, budgets };
    },
    [period, group],
  );
  const { value, fault, isLoading, reload } = useLoaded(read);
  return (
    <Page title="Usage" lead="What this account has used. Days are UTC; amounts are exact." isLoading={isLoading} onReload={reload}>
      <div className="report-tools">
        <PeriodPicker period={period} onChange={setPeriod} />
        <Choice label="Group" value={group} choices={GROUPS.map((each) => [each.group, each.label] as const)} onChange={setGroup} />
      </div>
      {fault && <Failure fault={fault} onRetry={reload} />}
      {!value && !fault && <Waiting what="what was used" />}
      {value && <Report answered={value} measure={measure} onMeasure={setMeasure} />}
    </Page>
  );
}

function Report({ answered: { report, budgets }, measure: chosen, onMeasure }: { answered: Answered; measure: Measure | null; onMeasure: (next: Measure) => void }) {
  // Who runs free models has a cost of nothing, which is no picture.
  const measure = chosen ?? (Number(report.total.charged_usd ?? 1) > 0 ? "cost" : "tokens");
  const exportCsv = () => download(`usage-${report.from}-${report.to}-by-${report.by}.csv`, toCsv(usageRows(report)), "text/csv;charset=utf-8");
  const told = (value: number | null) => (value === null ? "unknown" : measure === "cost" ? (value === 0 ? "$0" : formatUsd(value.toFixed(12))) : value.toLocaleString("en-US"));
  const csv = (
    <button type="button" className="text-button" onClick={exportCsv}>
      Download CSV
    </button>
  );
  return (
    <>
      <Totals report={report} />
      <Section title="Use over the period" action={csv}>
        {report.data.length === 0 ? (
          <Empty>
            No run ended between {report.from} and {report.to}.
          </Empty>
        ) : (
          <>
            <Choice label="Measure" value={measure} choices={Object.entries(MEASURE_WORDS) as [Measure, string][]} onChange={onMeasure} />
            {measure === "cost" && Number(report.total.charged_usd) === 0 && report.total.charged_usd !== null && <p className="quiet">Nothing was charged in this period.</p>}
            <BarPlot bars={barsOf(report, measure)} label={MEASURE_WORDS[measure]} isByDay={report.by === "day"} told={told} />
            <UsageTable report={report} />
          </>
        )}
      </Section>
      <Section title="Budgets">
        <Budgets budgets={budgets} />
      </Section>
    </>
  );
}

function Totals({ report }: { report: UsageReport }) {
  const { total } = report;
  const facts: [string, string][] = [
    ["Runs", total.runs.toLocaleString("en-US")],
    ["Tokens", tokensOf(total).toLocaleString("en-US")],
    ["Charged", total.charged_usd === null ? "unknown" : Number(total.charged_usd) === 0 ? "$0" : formatUsd(total.charged_usd)],
  ];
  if (total.refunded_usd !== null && Number(total.refunded_usd) > 0) facts.push(["Refunded", formatUsd(total.refunded_usd)]);
  if (report.balance_usd !== undefined) facts.push(["Prepaid balance", formatUsd(report.balance_usd)]);
  return (
    <dl className="totals">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd className="num">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

interface ChoiceProps<T extends string> {
  label: string;
  value: T;
  choices: readonly (readonly [T, string])[];
  onChange: (next: T) => void;
}

function Choice<T extends string>({ label, value, choices, onChange }: ChoiceProps<T>) {
  return (
    <div className="segment" role="group" aria-label={label}>
      {choices.map(([each, words]) => (
        <button key={each} type="button" aria-pressed={value === each} onClick={() => onChange(each)}>
          {words}
        </button>
      ))}
    </div>
  );
}
