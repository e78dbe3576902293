// The question again, about another asset than the one that was understood.
import type { ResolvedAsset, Rival } from "../api/types";

export interface Choice {
  label: string;
  /** What is asked when it is chosen. */
  question: string;
}

/** `start` and `end` count code points of the question. Without the question the rival is named in a new one. */
export function rivalChoices(asset: ResolvedAsset, question: string | undefined): Choice[] {
  return (asset.rivals ?? []).map((rival) => {
    const name = rivalName(asset, rival);
    return { label: name, question: !question ? `I mean ${name}.` : withName(question, asset, name) };
  });
}

function rivalName(asset: ResolvedAsset, rival: Rival): string {
  const isTwin = rival.name === asset.name && rival.symbol === asset.symbol;
  return isTwin ? `${rival.name} (${rival.symbol}, id ${rival.asset_id})` : `${rival.name} (${rival.symbol})`;
}

function withName(question: string, asset: ResolvedAsset, name: string): string {
  const points = [...question];
  const isThere = points.slice(asset.start, asset.end).join("") === asset.text;
  if (!isThere) return `${question}\n\nBy ${asset.text} I mean ${name}.`;
  return [...points.slice(0, asset.start), name, ...points.slice(asset.end)].join("");
}
