// The card beside a figure or a citation: shown on hover and focus, entered by Enter or a click, closed by Escape.
import { type KeyboardEvent, type ReactNode, useEffect, useLayoutEffect, useRef } from "react";
import { placeCard } from "./place";

interface Props {
  anchor: HTMLElement;
  label: string;
  isPinned: boolean;
  children: ReactNode;
  onEnter: () => void;
  onLeave: () => void;
  onClose: () => void;
}

export function HoverCard({ anchor, label, isPinned, children, onEnter, onLeave, onClose }: Props) {
  const card = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const element = card.current;
    if (!element) return;
    const line = anchor.getClientRects()[0] ?? anchor.getBoundingClientRect();
    const size = element.getBoundingClientRect();
    const { left, top } = placeCard(line, size, { width: window.innerWidth, height: window.innerHeight });
    element.style.left = `${left}px`;
    element.style.top = `${top}px`;
  });
  useEffect(() => {
    if (isPinned) card.current?.focus();
  }, [isPinned, anchor]);
  useCloseWhenMoved(card, onClose);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    // In this order: the focus alone would show the card again.
    anchor.focus();
    onClose();
  };
  return (
    <div ref={card} role="dialog" aria-label={label} tabIndex={-1} className="hover-card" onKeyDown={onKeyDown} onPointerEnter={onEnter} onPointerLeave={onLeave}>
      {children}
    </div>
  );
}

function useCloseWhenMoved(card: { current: HTMLElement | null }, onClose: () => void): void {
  const latest = useRef(onClose);
  useEffect(() => {
    latest.current = onClose;
  });
  useEffect(() => {
    const onMove = (event: Event) => {
      if (!(event.target instanceof Node) || !card.current?.contains(event.target)) latest.current();
    };
    const onKey = (event: globalThis.KeyboardEvent) => event.key === "Escape" && latest.current();
    document.addEventListener("scroll", onMove, { capture: true, passive: true });
    document.addEventListener("pointerdown", onMove);
    document.addEventListener("keydown", onKey);
    return () => {
      document.removeEventListener("scroll", onMove, { capture: true });
      document.removeEventListener("pointerdown", onMove);
      document.removeEventListener("keydown", onKey);
    };
  }, [card]);
}
