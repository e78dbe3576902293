// Which figure or citation of an answer is looked at. Events are read where they arrive, so the text holds no handlers.
import { type KeyboardEvent, type SyntheticEvent, useCallback, useEffect, useRef, useState } from "react";

export interface Looked {
  kind: "figure" | "cite";
  id: number;
  anchor: HTMLElement;
  isPinned: boolean;
}

const LEAVE_MS = 160;
const TARGET = "[data-figure],[data-cite]";

export function useHover() {
  const [looked, setLooked] = useState<Looked | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const stay = useCallback(() => clearTimeout(timer.current), []);
  const close = useCallback(() => {
    clearTimeout(timer.current);
    setLooked(null);
  }, []);
  const leave = useCallback(() => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setLooked((known) => (known?.isPinned ? known : null)), LEAVE_MS);
  }, []);
  useEffect(() => stay, [stay]);

  const show = (event: SyntheticEvent, isPinned: boolean) => {
    const anchor = targetOf(event);
    if (!anchor) return;
    stay();
    setLooked((known) => (known?.isPinned && !isPinned ? known : { ...identify(anchor), anchor, isPinned }));
  };
  const handlers = {
    onPointerOver: (event: SyntheticEvent) => show(event, false),
    onPointerOut: (event: SyntheticEvent) => targetOf(event) && leave(),
    onFocus: (event: SyntheticEvent) => show(event, false),
    onBlur: (event: SyntheticEvent) => targetOf(event) && leave(),
    onClick: (event: SyntheticEvent) => show(event, true),
    onKeyDown: (event: KeyboardEvent<HTMLElement>) => onKey(event, show),
  };
  return { looked, handlers, stay, leave, close };
}

function onKey(event: KeyboardEvent<HTMLElement>, show: (event: SyntheticEvent, isPinned: boolean) => void): void {
  const anchor = targetOf(event);
  if (!anchor) return;
  if (event.key === "Enter" || event.key === " ") {
    event.preventDefault();
    show(event, true);
    return;
  }
  const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  if (step === undefined || anchor.dataset.figure === undefined) return;
  event.preventDefault();
  const figures = [...event.currentTarget.querySelectorAll<HTMLElement>("[data-figure]")];
  figures.at((figures.indexOf(anchor) + step) % figures.length)?.focus();
}

function targetOf(event: SyntheticEvent): HTMLElement | null {
  return event.target instanceof Element ? event.target.closest<HTMLElement>(TARGET) : null;
}

function identify(anchor: HTMLElement): { kind: Looked["kind"]; id: number } {
  const { figure, cite } = anchor.dataset;
  return figure === undefined ? { kind: "cite", id: Number(cite) } : { kind: "figure", id: Number(figure) };
}
