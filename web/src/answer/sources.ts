// Sources of an answer in one form, whether the answer numbered them or a tool found them.
import type { AnswerExtra, CheckedFigure, CitedSource } from "../api/types";
import { formatMoment } from "./format";
import { safeUrl } from "./MarkdownBlock";

/** Members that only some kinds of source have. */
export type Cited = CitedSource & { published_at?: string };

export function sourcesOf({ citations = [] }: AnswerExtra): Cited[] {
  return citations;
}

export function sourceFacts(source: Cited): { publisher: string; date: string; url: string | null } {
  const date = source.published_at ? `published ${formatMoment(source.published_at)}` : source.as_of ? `as of ${formatMoment(source.as_of)}` : "no date";
  return { publisher: source.domain || source.kind, date, url: source.url ? safeUrl(source.url) : null };
}

const MARKER = /\[(\d{1,3})\]/g;
const NEAR = 200;
const MOST_QUOTED = 4;
const DAY = /^\d{4}-\d{2}-\d{2}\b/;

/** Figures of the sentences that a source stands behind: those before its marker, on the marker's own line. */
export function figuresOf(id: number, text: string, spans: readonly { start: number; figure: CheckedFigure }[]): string[] {
  const found = new Set<string>();
  for (const match of text.matchAll(MARKER)) {
    if (Number(match[1]) !== id) continue;
    const line = text.lastIndexOf("\n", match.index) + 1;
    const from = Math.max(line, sentenceStart(text, match.index), match.index - NEAR);
    spans.filter((span) => span.start >= from && span.start < match.index).forEach((span) => found.add(span.figure.text));
  }
  const amounts = [...found].filter((figure) => !DAY.test(figure));
  return (amounts.length ? amounts : [...found]).slice(0, MOST_QUOTED);
}

function sentenceStart(text: string, before: number): number {
  const ends = [...text.slice(Math.max(0, before - NEAR), Math.max(0, before - 2)).matchAll(/[.!?]\s/g)];
  const last = ends.at(-1);
  return last ? Math.max(0, before - NEAR) + last.index + 2 : 0;
}
