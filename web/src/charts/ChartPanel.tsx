// A chart with its title, legend, tools, values and sources.
import { lazy, Suspense, useCallback, useId, useMemo, useRef, useState } from "react";
import { toCsv } from "../answer/csv";
import { safeUrl } from "../answer/MarkdownBlock";
import type { Chart } from "../api/types";
import { download, fileName } from "../history/download";
import type { CanvasHandle, Scale } from "./ChartCanvas";
import { ChartLegend } from "./ChartLegend";
import { ChartTable } from "./ChartTable";
import { ChartToolbar } from "./ChartToolbar";
import "./chart.css";
import { type DrawnChart, drawnOf, rebased } from "./convert";
import type { Reading } from "./drawing";
import { type Range, rangesOf, spanOf } from "./ranges";
import { rowsOf, summaryOf } from "./words";

const ChartCanvas = lazy(() => import("./ChartCanvas"));

const LINEAR = { scale: "linear", label: "Lin", title: "Linear scale" } as const;
const LOG = { scale: "log", label: "Log", title: "Logarithmic scale" } as const;
const PERCENT = { scale: "percent", label: "%", title: "Change since the left edge" } as const;

const WHOLE = "All";

export function ChartPanel({ chart }: { chart: Chart }) {
  const [isRebased, setRebased] = useState(false);
  const [scale, setScale] = useState<Scale>("linear");
  const [range, setRange] = useState(WHOLE);
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const [reading, setReading] = useState<Reading>(null);
  const [isTableOpen, setTableOpen] = useState(false);
  const canvas = useRef<CanvasHandle>(null);
  const tableId = useId();
  const plain = useMemo(() => drawnOf(chart), [chart]);
  const drawn = useMemo(() => (isRebased ? asRebased(plain) : plain), [plain, isRebased]);
  const summary = useMemo(() => summaryOf(drawn), [drawn]);
  const onReading = useCallback((next: Reading) => setReading(next), []);
  const canRebase = plain.series.length > 1 && !plain.isIndexed;

  const onRange = (next: Range) => {
    setRange(next.name);
    const { from, to } = spanOf(next, drawn.first, drawn.last);
    if (next.seconds === null) canvas.current?.showAll();
    else canvas.current?.show(from, to);
  };
  const onRebase = (next: boolean) => {
    setRebased(next);
    // The whole of it is shown again, because it may begin at another moment.
    setRange(WHOLE);
  };
  const onToggle = (id: string) => setHidden((known) => (known.has(id) ? new Set([...known].filter((each) => each !== id)) : new Set([...known, id])));
  const onPng = () => canvas.current?.picture()?.toBlob((blob) => blob && download(fileName(drawn.title, "png"), blob, "image/png"));
  const onCsv = () => {
    const { head, rows } = rowsOf(drawn);
    download(fileName(drawn.title, "csv"), toCsv([head, ...rows]), "text/csv;charset=utf-8");
  };

  if (!plain.series.length) return <p className="quiet">The chart “{chart.title}” has no values.</p>;
  return (
    <figure className="chart" aria-label={chart.title}>
      <figcaption className="chart-head">
        <span className="chart-title">{chart.title}</span>
        <span className="quiet">{drawn.isIndexed ? "first common moment = 100" : drawn.valueName}</span>
        {canRebase && (
          <label className="chart-rebase">
            <input type="checkbox" checked={isRebased} onChange={(event) => onRebase(event.target.checked)} /> Rebase to 100
          </label>
        )}
      </figcaption>
      <ChartLegend chart={drawn} reading={reading} hidden={hidden} onToggle={onToggle} />
      <Suspense fallback={<div className="chart-canvas" aria-hidden="true" />}>
        <ChartCanvas ref={canvas} chart={drawn} summary={summary} scale={scale} hidden={hidden} onReading={onReading} />
      </Suspense>
      <ChartToolbar
        ranges={rangesOf(drawn.first, drawn.last, longest(drawn))}
        range={range}
        onRange={onRange}
        scales={drawn.series.length > 1 ? [LINEAR, LOG, PERCENT] : [LINEAR, LOG]}
        scale={scale}
        onScale={setScale}
        isTableOpen={isTableOpen}
        tableId={tableId}
        onTable={() => setTableOpen(!isTableOpen)}
        onPng={onPng}
        onCsv={onCsv}
      />
      {isTableOpen && <ChartTable chart={drawn} id={tableId} />}
      <ChartFooter chart={chart} />
    </figure>
  );
}

function ChartFooter({ chart }: { chart: Chart }) {
  const sources = new Map(chart.columns.flatMap((column) => column.attribution).map((each) => [each.name, each.link]));
  return (
    <p className="chart-foot quiet">
      {[...sources].map(([name, link]) => (
        <span key={name}>
          {safeUrl(link) ? (
            <a href={link} target="_blank" rel="noopener noreferrer">
              {name}
            </a>
          ) : (
            name
          )}{" "}
        </span>
      ))}
      {chart.notes?.map((note) => <span key={note}>{note} </span>)}
      <a className="chart-credit" href="https://www.tradingview.com/" target="_blank" rel="noopener noreferrer">
        TradingView Lightweight Charts™ © 2026 TradingView, Inc.
      </a>
    </p>
  );
}

function asRebased(chart: DrawnChart): DrawnChart {
  const series = rebased(chart.series);
  return { ...chart, series, format: "number", isIndexed: true, valueName: "index" };
}

function longest(chart: DrawnChart): number {
  return Math.max(...chart.series.map((series) => series.points.length));
}
