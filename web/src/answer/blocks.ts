// Cuts a growing Markdown text into blocks that no later text can change, so that only the last one is rendered again.

export interface Block {
  /** UTF-16 offset in the whole text. */
  start: number;
  source: string;
}

const FENCE = /^ {0,3}(`{3,}|~{3,})/;
const LIST_ITEM = /^ {0,3}(?:[-*+]|\d{1,9}[.)])(?:\s|$)/;
const DEFINITION = /^ {0,3}\[[^\]\n]+\]:/m;

/** The blocks joined again are the text. A text with link definitions or footnotes is one block: they reach across. */
export function splitBlocks(text: string): Block[] {
  if (DEFINITION.test(text)) return [{ start: 0, source: text }];
  const blocks: Block[] = [];
  let start = 0;
  let fence: string | null = null;
  let isList = false;
  let isAfterBlank = false;
  for (const { at, line } of linesOf(text)) {
    const isBlank = line.trim() === "";
    if (fence === null && isAfterBlank && !isBlank && beginsBlock(line, isList) && at > start) {
      blocks.push({ start, source: text.slice(start, at) });
      start = at;
    }
    if (at === start || (isAfterBlank && start === at)) isList = LIST_ITEM.test(line);
    fence = fenceAfter(fence, line);
    isAfterBlank = isBlank;
  }
  if (start < text.length) blocks.push({ start, source: text.slice(start) });
  return blocks;
}

function* linesOf(text: string): Generator<{ at: number; line: string }> {
  for (let at = 0; at < text.length; ) {
    const end = text.indexOf("\n", at);
    const next = end < 0 ? text.length : end + 1;
    yield { at, line: text.slice(at, end < 0 ? text.length : end) };
    at = next;
  }
}

/** Indented lines go on with what stands before them, and items with their list. */
function beginsBlock(line: string, isList: boolean): boolean {
  return !/^\s/.test(line) && !(isList && LIST_ITEM.test(line));
}

function fenceAfter(fence: string | null, line: string): string | null {
  const mark = FENCE.exec(line)?.[1];
  if (mark === undefined) return fence;
  if (fence === null) return mark;
  const closes = mark[0] === fence[0] && mark.length >= fence.length && line.trim() === mark;
  return closes ? null : fence;
}
