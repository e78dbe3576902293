// A chart of the wire as rows that can be drawn: times in order and once, gaps left as gaps, units from the columns.
import type { Chart, ChartColumn, ChartSeries } from "../api/types";

export interface Point {
  time: number;
  value: number | null;
}

export interface Candle {
  time: number;
  open: number;
  high: number;
  low: number;
  close: number;
}

export type SeriesKind = "candles" | "line" | "area" | "bars";

export interface DrawnSeries {
  id: string;
  name: string;
  kind: SeriesKind;
  /** Of candles the closes. */
  points: Point[];
  candles: Candle[];
  volume: Point[];
}

export type ValueFormat = "usd" | "percent" | "number";

export interface DrawnChart {
  title: string;
  series: DrawnSeries[];
  format: ValueFormat;
  valueName: string;
  isIndexed: boolean;
  first: number;
  last: number;
  granularity: string;
}

const KINDS: Record<string, SeriesKind> = { candles: "candles", line: "line", lines: "line", area: "area", histogram: "bars", bars: "bars" };
const LATEST_SECONDS = 253_402_300_799;

export function drawnOf(chart: Chart): DrawnChart {
  const kind = kindOf(chart);
  const places = placesOf(chart.columns);
  const series = chart.series.map((each, index) => seriesOf(each, index, kind, places)).filter((each) => each.points.some((point) => point.value !== null));
  const times = series.flatMap((each) => [each.points[0]?.time ?? Infinity, each.points.at(-1)?.time ?? -Infinity]);
  const column = chart.columns[places.value];
  return {
    title: chart.title,
    series,
    format: chart.is_indexed ? "number" : formatOf(column),
    valueName: column?.name ?? chart.metric,
    isIndexed: chart.is_indexed ?? false,
    first: times.length ? Math.min(...times) : 0,
    last: times.length ? Math.max(...times) : 0,
    granularity: chart.granularity,
  };
}

interface Places {
  time: number;
  value: number;
  ohlc: readonly [number, number, number, number] | null;
  volume: number;
}

function kindOf(chart: Chart): SeriesKind {
  const kind = KINDS[chart.kind] ?? "line";
  return kind === "candles" && placesOf(chart.columns).ohlc === null ? "line" : kind;
}

function placesOf(columns: readonly ChartColumn[]): Places {
  const place = (slug: string) => columns.findIndex((column) => column.slug === slug);
  const time = Math.max(0, columns.findIndex((column) => column.is_timestamp));
  const ohlc = [place("open"), place("high"), place("low"), place("close")] as const;
  const hasAll = ohlc.every((each) => each >= 0);
  const firstValue = columns.findIndex((_, index) => index !== time);
  return { time, value: hasAll ? ohlc[3] : Math.max(1, firstValue), ohlc: hasAll ? ohlc : null, volume: place("volume") };
}

function seriesOf(series: ChartSeries, index: number, kind: SeriesKind, places: Places): DrawnSeries {
  const rows = orderedRows(series.rows, places.time);
  const pointsAt = (column: number) => rows.map((row) => ({ time: row[places.time] as number, value: finite(row[column]) }));
  const hasVolume = kind === "candles" && places.volume >= 0;
  return {
    id: `${index}:${series.key}`,
    name: series.entity?.symbol || series.entity?.name || series.key,
    kind,
    points: pointsAt(places.value),
    candles: kind === "candles" && places.ohlc ? rows.flatMap((row) => candleOf(row, places)) : [],
    volume: hasVolume ? pointsAt(places.volume) : [],
  };
}

/** Ascending and without repetition, of which the last row holds. */
function orderedRows(rows: readonly (number | null)[][], time: number): (number | null)[][] {
  const known = rows.filter((row) => isMoment(row[time]));
  const sorted = known.every((row, index) => index === 0 || at(row, time) > at(known[index - 1], time)) ? known : [...known].sort((one, other) => at(one, time) - at(other, time));
  return sorted.filter((row, index) => index === sorted.length - 1 || at(row, time) !== at(sorted[index + 1], time));
}

function at(row: (number | null)[] | undefined, time: number): number {
  return row?.[time] ?? 0;
}

function isMoment(value: number | null | undefined): value is number {
  return typeof value === "number" && Number.isInteger(value) && Math.abs(value) <= LATEST_SECONDS;
}

function finite(value: number | null | undefined): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

function candleOf(row: (number | null)[], places: Places): Candle[] {
  const [open, high, low, close] = (places.ohlc ?? []).map((place) => finite(row[place]));
  if (open == null || high == null || low == null || close == null) return [];
  return [{ time: row[places.time] as number, open, high, low, close }];
}

function formatOf(column: ChartColumn | undefined): ValueFormat {
  if (column?.format === "currency") return "usd";
  return column?.format === "percentage" ? "percent" : "number";
}

/** Every series as 100 on the first moment from which all have a value; the same series where there is none. */
export function rebased(series: readonly DrawnSeries[]): DrawnSeries[] {
  const firsts = series.map((each) => each.points.find((point) => point.value !== null)?.time ?? Infinity);
  const from = Math.max(...firsts);
  const bases = series.map((each) => each.points.find((point) => point.time >= from && point.value !== null)?.value ?? null);
  if (bases.some((base) => base === null || base <= 0)) return [...series];
  return series.map((each, index) => {
    const base = bases[index] as number;
    const points = each.points.filter((point) => point.time >= from).map(({ time, value }) => ({ time, value: value === null ? null : (value / base) * 100 }));
    return { ...each, kind: "line", points, candles: [], volume: [] };
  });
}
