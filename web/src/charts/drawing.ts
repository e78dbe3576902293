// The charting library behind one small interface: what is drawn, how it is scaled, which part is seen.
import {
  AreaSeries,
  CandlestickSeries,
  createChart,
  CrosshairMode,
  HistogramSeries,
  type IChartApi,
  type ISeriesApi,
  LineSeries,
  PriceScaleMode,
  type SeriesType,
  type Time,
  type UTCTimestamp,
} from "lightweight-charts";
import { faded } from "./colour";
import type { DrawnChart, DrawnSeries, Point } from "./convert";
import type { Palette } from "./palette";
import { isIntraday, shortValue } from "./values";

/** By series id the value under the crosshair. */
export type Reading = { time: number; values: ReadonlyMap<string, number> } | null;

const VOLUME_PART = 0.2;

export class Drawing {
  readonly #chart: IChartApi;
  #series: { drawn: DrawnSeries; api: ISeriesApi<SeriesType>; volume: ISeriesApi<SeriesType> | null }[] = [];

  constructor(container: HTMLElement, onReading: (reading: Reading) => void) {
    this.#chart = createChart(container, {
      autoSize: true,
      // The logo brings a style element of its own, which the page's policy refuses; the footer names the library.
      layout: { attributionLogo: false },
      crosshair: { mode: CrosshairMode.Magnet },
      rightPriceScale: { borderVisible: false, entireTextOnly: true },
      timeScale: { borderVisible: false, rightOffset: 2, minBarSpacing: 0.02 },
      handleScroll: { vertTouchDrag: false },
      // A page of answers is scrolled with the wheel; only a chart that was entered catches it.
      handleScale: { mouseWheel: false },
    });
    this.#chart.subscribeCrosshairMove(({ time, seriesData }) => {
      if (time === undefined) return onReading(null);
      const values = this.#series.flatMap(({ drawn, api }): [string, number][] => {
        const data = seriesData.get(api) as { value?: number; close?: number } | undefined;
        const value = data?.close ?? data?.value;
        return value === undefined ? [] : [[drawn.id, value]];
      });
      onReading({ time: time as number, values: new Map(values) });
    });
  }

  /** The part that is seen stays what it was. */
  draw(chart: DrawnChart, palette: Palette): void {
    const seen = this.#chart.timeScale().getVisibleLogicalRange();
    for (const { api, volume } of this.#series) {
      this.#chart.removeSeries(api);
      if (volume) this.#chart.removeSeries(volume);
    }
    this.#series = chart.series.map((drawn, index) => this.#add(drawn, chart, palette, index));
    this.#chart.applyOptions({
      layout: { background: { color: palette.background }, textColor: palette.text, fontFamily: palette.font, fontSize: 11 },
      grid: { vertLines: { color: palette.grid }, horzLines: { color: palette.grid } },
      timeScale: { timeVisible: isIntraday(chart.granularity), secondsVisible: false },
      localization: { priceFormatter: (value: number) => shortValue(value, chart.format) },
    });
    if (seen) this.#chart.timeScale().setVisibleLogicalRange(seen);
  }

  hide(hidden: ReadonlySet<string>): void {
    for (const { drawn, api, volume } of this.#series) {
      const visible = !hidden.has(drawn.id);
      api.applyOptions({ visible });
      volume?.applyOptions({ visible });
    }
  }

  setScale(scale: "linear" | "log" | "percent"): void {
    const mode = { linear: PriceScaleMode.Normal, log: PriceScaleMode.Logarithmic, percent: PriceScaleMode.Percentage }[scale];
    this.#chart.priceScale("right").applyOptions({ mode });
  }

  zoomByWheel(isOn: boolean): void {
    this.#chart.applyOptions({ handleScale: { mouseWheel: isOn } });
  }

  show(from: number, to: number): void {
    this.#chart.timeScale().setVisibleRange({ from: from as UTCTimestamp, to: to as UTCTimestamp });
  }

  showAll(): void {
    this.#chart.timeScale().fitContent();
  }

  /** By a part of what is seen: positive goes to later moments. */
  pan(part: number): void {
    const scale = this.#chart.timeScale();
    const seen = scale.getVisibleLogicalRange();
    if (!seen) return;
    const shift = (seen.to - seen.from) * part;
    scale.setVisibleLogicalRange({ from: seen.from + shift, to: seen.to + shift });
  }

  /** Below 1 shows less, above 1 more; the right edge stays. */
  zoom(factor: number): void {
    const scale = this.#chart.timeScale();
    const seen = scale.getVisibleLogicalRange();
    if (seen) scale.setVisibleLogicalRange({ from: seen.to - (seen.to - seen.from) * factor, to: seen.to });
  }

  picture(): HTMLCanvasElement {
    return this.#chart.takeScreenshot();
  }

  remove(): void {
    this.#chart.remove();
  }

  #add(drawn: DrawnSeries, chart: DrawnChart, palette: Palette, index: number) {
    const colour = palette.lines[index % palette.lines.length] ?? palette.text;
    const priceFormat = { type: "custom" as const, minMove: 1e-10, formatter: (value: number) => shortValue(value, chart.format) };
    const common = { priceFormat, priceLineVisible: false, lastValueVisible: chart.series.length <= 3 };
    const api = this.#addMain(drawn, palette, colour, common);
    return { drawn, api, volume: drawn.volume.length ? this.#addVolume(drawn, palette) : null };
  }

  #addMain(drawn: DrawnSeries, palette: Palette, colour: string, common: object): ISeriesApi<SeriesType> {
    if (drawn.kind === "candles") {
      const looks = { upColor: palette.up, downColor: palette.down, wickUpColor: palette.up, wickDownColor: palette.down, borderVisible: false };
      const api = this.#chart.addSeries(CandlestickSeries, { ...common, ...looks });
      api.setData(drawn.candles.map((candle) => ({ ...candle, time: candle.time as Time })));
      return api as ISeriesApi<SeriesType>;
    }
    const api =
      drawn.kind === "bars"
        ? this.#chart.addSeries(HistogramSeries, { ...common, color: colour })
        : drawn.kind === "area"
          ? this.#chart.addSeries(AreaSeries, { ...common, lineColor: colour, topColor: faded(colour, 0.22), bottomColor: faded(colour, 0.02), lineWidth: 2 })
          : this.#chart.addSeries(LineSeries, { ...common, color: colour, lineWidth: 2 });
    api.setData(drawn.points.map(pointData));
    return api as ISeriesApi<SeriesType>;
  }

  #addVolume(drawn: DrawnSeries, palette: Palette): ISeriesApi<SeriesType> {
    const api = this.#chart.addSeries(HistogramSeries, {
      color: faded(palette.volume, 0.45),
      priceScaleId: "volume",
      priceLineVisible: false,
      lastValueVisible: false,
    });
    api.priceScale().applyOptions({ scaleMargins: { top: 1 - VOLUME_PART, bottom: 0 } });
    api.setData(drawn.volume.map(pointData));
    return api as ISeriesApi<SeriesType>;
  }
}

function pointData({ time, value }: Point): { time: Time; value?: number } {
  return value === null ? { time: time as Time } : { time: time as Time, value };
}
