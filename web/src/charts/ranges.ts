// The stretches that a chart's buttons show: those that are shorter than the record, and all of it.

export interface Range {
  name: string;
  label: string;
  /** Null is everything. */
  seconds: number | null;
}

const DAY_SECONDS = 86_400;
const RANGES: readonly Range[] = [
  { name: "1D", label: "last day", seconds: DAY_SECONDS },
  { name: "1W", label: "last week", seconds: 7 * DAY_SECONDS },
  { name: "1M", label: "last 30 days", seconds: 30 * DAY_SECONDS },
  { name: "3M", label: "last 90 days", seconds: 90 * DAY_SECONDS },
  { name: "1Y", label: "last 365 days", seconds: 365 * DAY_SECONDS },
  { name: "5Y", label: "last five years", seconds: 5 * 365 * DAY_SECONDS },
];
const ALL: Range = { name: "All", label: "whole record", seconds: null };
const LEAST_POINTS = 5;
const MOST_OFFERED = 4;

export function rangesOf(first: number, last: number, points: number): Range[] {
  const span = last - first;
  const step = points > 1 ? span / (points - 1) : span;
  const useful = RANGES.filter(({ seconds }) => seconds !== null && seconds < span * 0.9 && seconds >= step * LEAST_POINTS);
  return useful.length ? [...useful.slice(-MOST_OFFERED), ALL] : [];
}

/** First and last moment of a range that is counted back from the end. */
export function spanOf(range: Range, first: number, last: number): { from: number; to: number } {
  return { from: range.seconds === null ? first : Math.max(first, last - range.seconds), to: last };
}
