// A quote in the fewest words.
import { formatUsd, isZero } from "../api/money";
import type { Quote } from "../api/types";

export function quoteWords(quote: Quote): string {
  if (isZero(quote.worst_usd)) return "Free";
  if (quote.likely_usd === null) return "Price unknown";
  return `about ${formatUsd(quote.likely_usd)}, at most ${formatUsd(quote.worst_usd)}`;
}
