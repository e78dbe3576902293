// The drawn part of a chart. It is the only module that loads the charting library.
import { type KeyboardEvent, useEffect, useImperativeHandle, useRef, type Ref } from "react";
import type { DrawnChart } from "./convert";
import { Drawing, type Reading } from "./drawing";
import { readPalette, watchTheme } from "./palette";

export type Scale = "linear" | "log" | "percent";

export interface CanvasHandle {
  show: (from: number, to: number) => void;
  showAll: () => void;
  picture: () => HTMLCanvasElement | null;
}

interface Props {
  chart: DrawnChart;
  summary: string;
  scale: Scale;
  hidden: ReadonlySet<string>;
  onReading: (reading: Reading) => void;
  ref?: Ref<CanvasHandle>;
}

const PAN_PART = 0.1;
const ZOOM = 0.8;

export default function ChartCanvas({ chart, summary, scale, hidden, onReading, ref }: Props) {
  const frame = useRef<HTMLDivElement>(null);
  const drawing = useRef<Drawing>(null);
  const latestHidden = useRef(hidden);
  useEffect(() => {
    if (!frame.current) return;
    const made = new Drawing(frame.current, onReading);
    drawing.current = made;
    return () => {
      drawing.current = null;
      made.remove();
    };
  }, [onReading]);
  useEffect(() => {
    const draw = () => {
      if (frame.current) drawing.current?.draw(chart, readPalette(frame.current));
      drawing.current?.hide(latestHidden.current);
    };
    draw();
    return watchTheme(draw);
  }, [chart]);
  useEffect(() => {
    latestHidden.current = hidden;
    drawing.current?.hide(hidden);
  }, [hidden]);
  useEffect(() => drawing.current?.showAll(), [chart]);
  useEffect(() => drawing.current?.setScale(scale), [scale, chart]);
  useImperativeHandle(ref, () => ({
    show: (from, to) => drawing.current?.show(from, to),
    showAll: () => drawing.current?.showAll(),
    picture: () => drawing.current?.picture() ?? null,
  }));
  return (
    <div
      ref={frame}
      className="chart-canvas"
      role="application"
      aria-roledescription="chart"
      aria-label={`${summary} Arrow keys move, plus and minus zoom.`}
      tabIndex={0}
      onPointerDown={(event) => event.currentTarget.focus({ preventScroll: true })}
      onFocus={() => drawing.current?.zoomByWheel(true)}
      onBlur={() => drawing.current?.zoomByWheel(false)}
      onKeyDown={(event) => onKey(event, drawing.current)}
    />
  );
}

function onKey(event: KeyboardEvent, drawing: Drawing | null): void {
  const actions: Record<string, () => void> = {
    ArrowLeft: () => drawing?.pan(-PAN_PART),
    ArrowRight: () => drawing?.pan(PAN_PART),
    "+": () => drawing?.zoom(ZOOM),
    "=": () => drawing?.zoom(ZOOM),
    "-": () => drawing?.zoom(1 / ZOOM),
    Home: () => drawing?.showAll(),
  };
  const action = actions[event.key];
  if (!action || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  action();
}
