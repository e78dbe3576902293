// What the desk tells of itself: prices, use, budgets, data. docs/money.md and docs/data.md describe it.

/** Exact decimal text; null where a price is unknown. */
export type Amount = string | null;

export interface Quote {
  object: "quote";
  model: string;
  price_version: string;
  low_usd: Amount;
  likely_usd: Amount;
  worst_usd: Amount;
  input_tokens: number;
  basis: string[];
}

export interface TokenUse {
  input_tokens: number;
  output_tokens: number;
  cache_read_tokens: number;
  cache_write_tokens: number;
  reasoning_tokens: number;
}

export interface LedgerEntry {
  id: string;
  kind: "hold" | "charge" | "surcharge" | "release" | "credit" | "refund";
  amount_usd: Amount;
  created_at: string;
  served_by: string | null;
  price_version: string;
  usage: TokenUse;
  is_estimated: boolean;
}

export interface Receipt {
  object: "receipt";
  id: string;
  status: "open" | "settled";
  outcome: "finished" | "cancelled" | "failed" | null;
  model: string;
  served_by: string[];
  usage: TokenUse;
  total_usd: Amount;
  held_usd: Amount;
  is_estimated: boolean;
  created_at: string;
  entries: LedgerEntry[];
}

export interface UsageSums {
  runs: number;
  usage: TokenUse;
  charged_usd: Amount;
  refunded_usd: Amount;
}

export interface UsageRow extends UsageSums {
  day?: string;
  key_id?: string;
  model?: string;
}

export type UsageGroup = "day" | "key" | "model";

export interface UsageReport {
  object: "usage";
  from: string;
  to: string;
  by: UsageGroup;
  data: UsageRow[];
  total: UsageSums;
  balance_usd?: Amount;
}

export interface Budget {
  scope: "key" | "account";
  scope_id: string;
  period: "day" | "month" | "total" | "credit";
  limit_usd: Amount;
  spent_usd: Amount;
  held_usd: Amount;
  left_usd: Amount;
}

export interface DataHolding {
  kind: string;
  source: string;
  mode: string;
  rows: number;
  entities: number;
  first?: string | null;
  last?: string | null;
  detail?: string;
}

export interface DataPull {
  name: string;
  is_pulled: boolean;
  adds: string;
  size_bytes?: number;
}

export interface DataSource {
  name: string;
  state: string;
  detail?: string;
}

/** `GET /v1/data`. A server without the route answers 404. `mode` is how the desk was started. */
export interface DataStatus {
  at: string;
  mode?: string;
  holdings: DataHolding[];
  pullable: DataPull[];
  sources: DataSource[];
}
