// Where a card stands beside what it is about.

export interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

export interface Size {
  width: number;
  height: number;
}

const GAP = 6;
const EDGE = 8;

/** Below the anchor where it fits, else above; never outside the window. */
export function placeCard(anchor: Box, card: Size, view: Size): { left: number; top: number } {
  const left = clamp(anchor.left, EDGE, view.width - card.width - EDGE);
  const isBelow = anchor.bottom + GAP + card.height + EDGE <= view.height || anchor.top < view.height - anchor.bottom;
  const top = isBelow ? anchor.bottom + GAP : anchor.top - GAP - card.height;
  return { left, top: clamp(top, EDGE, view.height - card.height - EDGE) };
}

function clamp(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(value, most));
}
