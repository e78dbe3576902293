// Joins the `cryptodesk` objects of a stream's frames: lists of progress one after the other, everything else as it came.
import type { AnswerExtra } from "./types";

export function mergeExtra(known: AnswerExtra, more: AnswerExtra | undefined): AnswerExtra {
  if (!more) return known;
  const progress = more.progress ? [...(known.progress ?? []), ...more.progress] : known.progress;
  return { ...known, ...more, ...(progress ? { progress } : {}) };
}
