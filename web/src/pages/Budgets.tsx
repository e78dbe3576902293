// What may still be spent: each budget with what is spent and what is held.
import { formatUsd } from "../api/money";
import type { Budget } from "../api/types";
import { Empty } from "./PageParts";

const PERIODS: Record<Budget["period"], string> = { day: "today", month: "this month", total: "in all", credit: "prepaid" };
const NEARLY_PART = 0.8;

export function Budgets({ budgets }: { budgets: readonly Budget[] }) {
  if (!budgets.length) {
    return (
      <Empty>
        No budget is set. <code>cryptodesk budgets set --account NAME --day 5</code> sets one.
      </Empty>
    );
  }
  return (
    <ul className="budgets">
      {budgets.map((budget) => (
        <BudgetEntry key={`${budget.scope}${budget.scope_id}${budget.period}`} budget={budget} />
      ))}
    </ul>
  );
}

function BudgetEntry({ budget }: { budget: Budget }) {
  const limit = Number(budget.limit_usd ?? Number.NaN);
  const spent = partOf(budget.spent_usd, limit);
  const held = Math.min(partOf(budget.held_usd, limit), 1 - spent);
  const used = spent + held;
  const title = `${budget.scope === "key" ? "Key" : "Account"} ${budget.scope_id}, ${PERIODS[budget.period]}`;
  const told = `${formatMoney(budget.spent_usd)} spent, ${formatMoney(budget.held_usd)} held, ${formatMoney(budget.left_usd)} left of ${formatMoney(budget.limit_usd)}`;
  return (
    <li>
      <p>
        <strong>{title}</strong> <span className="quiet num">{told}</span>
      </p>
      <svg className={used >= 1 ? "budget-bar budget-spent" : used >= NEARLY_PART ? "budget-bar budget-near" : "budget-bar"} width="100%" height="8" role="meter" aria-label={title} aria-valuemin={0} aria-valuemax={100} aria-valuenow={Math.round(used * 100)} aria-valuetext={told}>
        <rect width="100%" height="8" rx="2" className="budget-whole" />
        <rect width={`${spent * 100}%`} height="8" rx="2" className="budget-used" />
        <rect x={`${spent * 100}%`} width={`${held * 100}%`} height="8" className="budget-held" />
      </svg>
    </li>
  );
}

/** An amount of nothing is no free thing here. */
function formatMoney(amount: string | null): string {
  return amount !== null && Number(amount) === 0 ? "$0" : formatUsd(amount);
}

function partOf(amount: string | null, limit: number): number {
  const part = Number(amount ?? 0) / limit;
  return Number.isFinite(part) ? Math.min(1, Math.max(0, part)) : 1;
}
