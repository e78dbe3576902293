// What a conversation has cost so far.
import { addAmounts, formatUsd } from "../api/money";
import type { MessageNode } from "../history/types";

/** All answers of all branches; null where none is settled. Unknown prices are said, never counted as nothing. */
export function runningTotal(nodes: Iterable<MessageNode>): string | null {
  const amounts = [...nodes].flatMap((node) => (node.role === "assistant" && node.extra?.receipt ? [node.extra.receipt.total_usd] : []));
  if (!amounts.length) return null;
  const known = amounts.filter((amount) => amount !== null);
  const sum = formatUsd(addAmounts(known));
  if (known.length === amounts.length) return sum;
  return known.length ? `${sum} + unknown` : "price unknown";
}
