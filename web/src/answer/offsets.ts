// The verifier counts code points of the whole text; JavaScript counts UTF-16 units, and Markdown drops signs on the way.
import type { CheckedFigure } from "../api/types";

export interface Span {
  /** Index in the verification's list of figures. */
  index: number;
  start: number;
  end: number;
  figure: CheckedFigure;
}

/** Figures as UTF-16 spans in order. A figure whose text is not at its place is left out: a mark must never be wrong. */
export function spansOf(text: string, figures: readonly CheckedFigure[]): Span[] {
  const at = unitOffsets(text, figures.flatMap((figure) => [figure.start, figure.end]));
  const spans = figures.map((figure, index) => ({ index, start: at.get(figure.start) ?? -1, end: at.get(figure.end) ?? -1, figure }));
  return spans
    .filter((span) => span.start >= 0 && span.end > span.start && text.slice(span.start, span.end) === span.figure.text)
    .sort((one, other) => one.start - other.start)
    .filter((span, place, all) => place === 0 || span.start >= (all[place - 1]?.end ?? 0));
}

function unitOffsets(text: string, points: readonly number[]): Map<number, number> {
  const wanted = [...new Set(points)].sort((one, other) => one - other);
  const found = new Map<number, number>();
  let unit = 0;
  let point = 0;
  for (const next of wanted) {
    while (point < next && unit < text.length) {
      unit += (text.codePointAt(unit) ?? 0) > 0xffff ? 2 : 1;
      point += 1;
    }
    if (point === next) found.set(next, unit);
  }
  return found;
}

/** For each unit of `value` its place in `source`, from which Markdown made it; null where they cannot be laid together. */
export function align(source: string, value: string): number[] | null {
  if (source === value) return Array.from({ length: value.length + 1 }, (_, place) => place);
  const places: number[] = [];
  let next = 0;
  for (let place = 0; place < value.length; place += 1) {
    const found = findSign(source, next, value[place] ?? "");
    if (!found) return null;
    places.push(found.at);
    next = found.next;
  }
  return [...places, next];
}

// What may stand in the source and not in the text: escapes, backticks, quote marks and indentation of further lines.
const DROPPED = /[\\`>\s]/;
const ENTITY = /^&(?:#\w{1,8}|[a-zA-Z]\w{1,31});/;

function findSign(source: string, from: number, wanted: string): { at: number; next: number } | null {
  for (let at = from; at < source.length; at += 1) {
    const sign = source[at] ?? "";
    const entity = sign === "&" ? ENTITY.exec(source.slice(at, at + 34)) : null;
    if (entity) return { at, next: at + entity[0].length };
    if (sign === wanted && !isEscape(source, at, wanted)) return { at, next: at + 1 };
    if (!DROPPED.test(sign)) return null;
  }
  return null;
}

function isEscape(source: string, at: number, wanted: string): boolean {
  return wanted === "\\" && source[at + 1] === "\\" && source[at - 1] !== "\\";
}
