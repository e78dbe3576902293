// A chart in words and as rows: for screen readers, for copying, for spreadsheets.
import type { CsvValue } from "../answer/csv";
import type { DrawnChart, DrawnSeries } from "./convert";
import { fullValue, momentText } from "./values";

export function summaryOf(chart: DrawnChart): string {
  if (!chart.series.length) return `${chart.title}: no values.`;
  const span = `${momentText(chart.first, chart.granularity)} to ${momentText(chart.last, chart.granularity)}`;
  return `${chart.title}, ${span}. ${chart.series.map((series) => seriesWords(series, chart)).join(" ")}`;
}

function seriesWords(series: DrawnSeries, chart: DrawnChart): string {
  const known = series.points.filter((point): point is { time: number; value: number } => point.value !== null);
  const first = known[0];
  const last = known.at(-1);
  if (!first || !last) return `${series.name}: no values.`;
  const highest = known.reduce((best, point) => (point.value > best.value ? point : best));
  const lowest = known.reduce((best, point) => (point.value < best.value ? point : best));
  const told = (point: { time: number; value: number }) => `${fullValue(point.value, chart.format)} on ${momentText(point.time, chart.granularity)}`;
  return `${series.name}: from ${told(first)} to ${told(last)}${changeWords(first.value, last.value)}; highest ${told(highest)}, lowest ${told(lowest)}.`;
}

function changeWords(first: number, last: number): string {
  if (first <= 0) return "";
  const change = (last / first - 1) * 100;
  return `, ${change >= 0 ? "up" : "down"} ${Math.abs(change).toFixed(2)} %`;
}

export interface ChartRows {
  head: string[];
  rows: CsvValue[][];
}

/** One row a moment. Candles have their four prices and the volume, any other series one column. */
export function rowsOf(chart: DrawnChart): ChartRows {
  const [only] = chart.series;
  if (chart.series.length === 1 && only?.kind === "candles") return candleRows(only, chart);
  const times = [...new Set(chart.series.flatMap((series) => series.points.map((point) => point.time)))].sort((one, other) => one - other);
  const columns = chart.series.map((series) => new Map(series.points.map((point) => [point.time, point.value])));
  const head = ["Time, UTC", ...chart.series.map((series) => `${series.name}, ${chart.valueName}`)];
  return { head, rows: times.map((time) => [momentText(time, chart.granularity), ...columns.map((column) => column.get(time) ?? null)]) };
}

function candleRows(series: DrawnSeries, chart: DrawnChart): ChartRows {
  const volume = new Map(series.volume.map((point) => [point.time, point.value]));
  const head = ["Time, UTC", "Open", "High", "Low", "Close", ...(series.volume.length ? ["Volume"] : [])];
  const rows = series.candles.map(({ time, open, high, low, close }): CsvValue[] => [
    momentText(time, chart.granularity),
    open,
    high,
    low,
    close,
    ...(series.volume.length ? [volume.get(time) ?? null] : []),
  ]);
  return { head, rows };
}
