// The wire as docs/dialects/openai.md and docs/money.md describe it. Members that are left out on the wire are optional here.

import type { Amount } from "./deskTypes";

export type * from "./deskTypes";

export interface Rival {
  asset_id: number;
  name: string;
  symbol: string;
}

export interface ResolvedAsset extends Rival {
  start: number;
  end: number;
  text: string;
  confidence: number;
  rivals?: Rival[];
  is_close_call?: boolean;
  warning?: string;
}

export type StepStatus = "started" | "completed" | "failed" | "skipped";

export interface ProgressStep {
  kind: "tool" | "step";
  id: string;
  name: string;
  status: StepStatus;
  arguments?: string;
  form?: string;
  detail?: string;
  duration_ms?: number;
}

export interface ToolCitation {
  source: string;
  title: string;
  url: string;
  published_at?: string;
}

export type DataMode = "live" | "snapshot" | "simulated";

export interface Provenance {
  call_id: string;
  name: string;
  arguments: string;
  status: string;
  duration_ms: number;
  source?: string[];
  as_of?: string;
  mode?: string[];
  result?: { ref: string; characters: number };
  notes?: string[];
  unavailable?: unknown[];
  citations?: ToolCitation[];
  error?: string;
}

export type Verdict = "bound" | "derived" | "quoted" | "user" | "unbound" | "contradicted";

export interface Cell {
  call_id: string;
  tool: string;
  path: string;
  asset?: string;
  field?: string;
  value?: unknown;
  unit?: string;
  as_of?: string;
}

/** `start` and `end` count code points of the whole text, not UTF-16 units. */
export interface CheckedFigure {
  text: string;
  start: number;
  end: number;
  verdict: Verdict;
  reason?: string;
  cells?: Cell[];
  expected?: string;
  action?: "repaired" | "left_out";
  was?: string;
}

export interface Verification {
  status: "verified" | "unverified" | "contradicted" | "no_figures";
  counts: Record<Verdict, number>;
  figures?: CheckedFigure[];
  policy?: string;
  repaired?: number;
  left_out?: number;
}

export interface CitedSource {
  citation_id: number;
  key: string;
  kind: string;
  domain: string;
  title: string;
  url?: string;
  as_of?: string;
}

export interface ChartColumn {
  slug: string;
  name: string;
  description: string;
  format: string;
  is_timestamp: boolean;
  subcategory?: string;
  time_bucket_aggregate?: string;
  group_aggregate?: string;
  attribution: { name: string; link: string }[];
}

export interface ChartEntity {
  entity_type: string;
  entity_id: string;
  name: string;
  slug?: string;
  symbol?: string;
}

/** Rows are in the order of the chart's columns, time first in unix seconds. */
export interface ChartSeries {
  key: string;
  entity?: ChartEntity;
  rows: (number | null)[][];
}

export interface Chart {
  chart_id: number;
  kind: "candles" | "line" | "lines" | "bars" | "area" | (string & {});
  title: string;
  dataset: string;
  metric: string;
  granularity: string;
  start: string;
  end: string;
  columns: ChartColumn[];
  series: ChartSeries[];
  citation_id?: number;
  is_indexed?: boolean;
  tier?: string;
  source_keys?: string[];
  notes?: string[];
}

export interface RunReceipt {
  run_id: string;
  total_usd: Amount;
  held_usd: Amount;
  price_versions: string[];
  is_estimated: boolean;
}

/** The answer's object `cryptodesk`, joined over all frames that have come so far. */
export interface AnswerExtra {
  resolution?: ResolvedAsset[];
  progress?: ProgressStep[];
  research?: { status: "success" | "clarification"; choices: string[] };
  limit?: string;
  provenance?: Provenance[];
  outputs?: Record<string, unknown>;
  verification?: Verification | null;
  citations?: CitedSource[];
  charts?: Chart[];
  related?: string[];
  receipt?: RunReceipt | null;
}

export type IncludeName = Exclude<keyof AnswerExtra, "research" | "limit">;

export type Verbosity = "low" | "medium" | "high";

export interface ChatMessage {
  role: "system" | "user" | "assistant";
  content: string;
}

export interface ChatRequest {
  model: string;
  messages: ChatMessage[];
  verbosity?: Verbosity;
  cryptodesk?: {
    include?: IncludeName[];
    as_of?: string;
    max_cost_usd?: string;
    research?: boolean;
    related_questions?: number;
    inline_citations?: boolean;
    may_clarify?: boolean;
    tools?: string[];
  };
}

export interface TokenCounts {
  prompt_tokens: number;
  completion_tokens: number;
  total_tokens: number;
  prompt_tokens_details?: { cached_tokens?: number };
  completion_tokens_details?: { reasoning_tokens?: number };
}

export interface WireError {
  message: string;
  type?: string;
  param?: string | null;
  code?: string | null;
}

export interface ChatChunk {
  id?: string;
  created?: number;
  model?: string;
  choices?: { delta?: { content?: string | null; refusal?: string | null }; finish_reason?: string | null }[];
  usage?: TokenCounts | null;
  cryptodesk?: AnswerExtra;
  error?: WireError;
}

export interface Model {
  id: string;
  created: number;
  owned_by: string;
}
