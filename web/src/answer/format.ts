// Values, moments and ages for reading. Everything is UTC, as in the answers.

export function formatMoment(iso: string | undefined | null): string {
  if (!iso) return "unknown time";
  if (/^\d{4}-\d{2}-\d{2}$/.test(iso)) return iso;
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return iso.slice(0, 40);
  const text = at.toISOString();
  return text.slice(11, 19) === "00:00:00" ? text.slice(0, 10) : `${text.slice(0, 10)} ${text.slice(11, 16)} UTC`;
}

export function formatValue(value: unknown, unit?: string): string {
  const shown = typeof value === "number" ? formatNumber(value) : typeof value === "string" ? value.slice(0, 200) : JSON.stringify(value) ?? "none";
  if (!unit) return shown;
  return unit === "%" ? `${shown} %` : `${shown} ${unit}`;
}

export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return "none";
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-6 || size >= 1e15)) return value.toExponential(6).replace(/\.?0+e/, "e");
  return value.toLocaleString("en-US", { maximumFractionDigits: size >= 1000 ? 2 : size >= 1 ? 6 : 10 });
}

export function formatDuration(ms: number | undefined): string {
  if (ms === undefined) return "";
  if (ms < 1_000) return `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
  return `${(ms / 1_000).toFixed(ms < 10_000 ? 2 : 1)} s`;
}

const STEPS: [number, string][] = [
  [365 * 86_400, "year"],
  [30 * 86_400, "month"],
  [86_400, "day"],
  [3_600, "hour"],
  [60, "minute"],
];

export function formatAge(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined) return "unknown";
  for (const [length, name] of STEPS) {
    const count = Math.floor(seconds / length);
    if (count >= 1) return `${count.toLocaleString("en-US")} ${name}${count === 1 ? "" : "s"}`;
  }
  return "now";
}

export function formatBytes(bytes: number | undefined): string {
  if (bytes === undefined) return "unknown size";
  return bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1e3))} kB` : `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
}

/** Tool and source names as words: `cmc_market_data` is "market data". */
export function toolWords(name: string): string {
  return name.replace(/^cmc_/, "").replaceAll("_", " ");
}
