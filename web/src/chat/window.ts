// Which part of a branch is on the page: the newest messages, and while one scrolls through thousands always about as many
// around where one is, so that the page never grows heavy.
import type { MessageNode } from "../history/types";
import { startOf } from "./repository";

export const AT_FIRST = 40;
export const STEP = 20;
export const MOST = 100;

/** Places in the branch: from `start` up to, and without, `end`. */
export interface Span {
  start: number;
  end: number;
}

/** Where nothing is wanted, the newest messages. A branch that is shorter than where one was shows its newest, too. */
export function spanOf(path: readonly MessageNode[], wanted: Span | null): Span {
  const tail = { start: startOf(path, path.length - AT_FIRST), end: path.length };
  if (!wanted || wanted.start >= tail.start) return tail;
  return { start: startOf(path, wanted.start), end: Math.min(wanted.end, path.length) };
}

export function earlier(span: Span): Span {
  const start = Math.max(0, span.start - STEP);
  return { start, end: Math.min(span.end, start + MOST) };
}

export function later(span: Span, length: number): Span {
  const end = Math.min(length, span.end + STEP);
  return { start: Math.max(span.start, end - MOST), end };
}
