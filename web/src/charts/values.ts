// How a chart's values and moments read.
import type { ValueFormat } from "./convert";

const NAMES: [number, string][] = [
  [1e12, "T"],
  [1e9, "B"],
  [1e6, "M"],
];

/** Short for an axis: $1.25B, 61.7 %, 0.00042. */
export function shortValue(value: number, format: ValueFormat): string {
  const sign = value < 0 ? "−" : "";
  const size = Math.abs(value);
  const [unit, name] = NAMES.find(([least]) => size >= least) ?? [1, ""];
  const scaled = size / unit;
  const text = name ? scaled.toFixed(scaled >= 100 ? 1 : 2) : plain(size);
  if (format === "usd") return `${sign}$${text}${name}`;
  return `${sign}${text}${name}${format === "percent" ? " %" : ""}`;
}

/** Whole for a legend or a table. */
export function fullValue(value: number | null | undefined, format: ValueFormat): string {
  if (value === null || value === undefined) return "n/a";
  if (Math.abs(value) >= 1e9) return shortValue(value, format);
  const sign = value < 0 ? "−" : "";
  const text = plain(Math.abs(value));
  return format === "usd" ? `${sign}$${text}` : `${sign}${text}${format === "percent" ? " %" : ""}`;
}

function plain(size: number): string {
  if (size === 0) return "0";
  if (size >= 1) return size.toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  // Two digits at least, so that the marks of an axis end alike.
  return size < 1e-8 ? size.toExponential(2) : size.toPrecision(4).replace(/(\.\d\d\d*?)0+$/, "$1");
}

export function momentText(seconds: number, granularity: string): string {
  const text = new Date(seconds * 1000).toISOString();
  return isIntraday(granularity) ? `${text.slice(0, 10)} ${text.slice(11, 16)}` : text.slice(0, 10);
}

export function isIntraday(granularity: string): boolean {
  return /(?:m|min|h)$/.test(granularity);
}
