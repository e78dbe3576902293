// What the desk is doing, in words.
import type { ProgressStep } from "../api/types";

const WORDS: Record<string, string> = {
  cmc_id_lookup: "Finding the asset",
  cmc_market_data: "Reading market data",
  cmc_asset_metadata: "Reading about the asset",
  cmc_technical_analysis: "Computing indicators",
  cmc_market_overview: "Reading the market overview",
  cmc_signal_list: "Looking for signals",
  cmc_asset_screener: "Screening assets",
  cmc_sentiment: "Reading sentiment",
  cmc_content_search: "Searching texts and news",
  cmc_math_eval: "Computing",
  plan: "Planning",
  quantitative: "Gathering figures",
  qualitative: "Gathering texts",
  charts: "Drawing charts",
  reconcile: "Comparing what was found",
  write: "Writing",
  relate: "Looking for further questions",
  verify: "Checking every figure",
};

export interface ProgressWords {
  now: string;
  done: number;
  total: number;
}

/** What runs now, the latest first, and how many steps are over. */
export function progressWords(steps: readonly ProgressStep[]): ProgressWords {
  const latest = new Map<string, ProgressStep>();
  for (const step of steps) latest.set(`${step.kind}:${step.id}`, step);
  const open = [...latest.values()].filter((step) => step.status === "started");
  const tools = open.filter((step) => step.kind === "tool");
  const current = (tools.length ? tools : open).map((step) => wordOf(step.name));
  const now = [...new Set(current)].slice(-2).join(", ") || (latest.size ? "Working" : "Asking the desk");
  return { now, done: latest.size - open.length, total: latest.size };
}

export function wordOf(name: string): string {
  return WORDS[name] ?? name.replace(/^cmc_/, "").replaceAll("_", " ");
}
