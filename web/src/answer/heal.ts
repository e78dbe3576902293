// Completes the open end of a text that is still being written, so that half a mark does not flicker as raw signs.

const HALF_LINK = /!?\[([^\]\n]*)\]\([^)\n]*$/;
const HALF_LABEL = /\[(\d{0,3})$/;
const PAIRS = ["**", "__", "~~", "`"] as const;

export function healTail(source: string): string {
  const cut = source.lastIndexOf("\n\n");
  const head = cut < 0 ? "" : source.slice(0, cut + 2);
  const tail = source.slice(head.length);
  if (/^ {0,3}(`{3,}|~{3,})/m.test(source)) return source;
  return head + closePairs(withoutHalfRow(tail).replace(HALF_LINK, "$1").replace(HALF_LABEL, ""));
}

/** The first row of a table reads as a paragraph of bars until its rule has come. */
function withoutHalfRow(tail: string): string {
  const lines = tail.split("\n");
  if (!lines[0]?.startsWith("|")) return tail;
  return lines.length < 2 || !/^\|[\s:|-]*-[\s:|-]*\|\s*$/.test(lines[1] ?? "") ? "" : tail;
}

function closePairs(tail: string): string {
  const trimmed = tail.replace(/(?<![*\w])\*{1,2}$|(?<=\s)[_~`]{1,2}$/, "");
  const last = trimmed.slice(trimmed.lastIndexOf("\n") + 1);
  const open = PAIRS.filter((pair) => (last.split(pair).length - 1) % 2 === 1);
  return trimmed + open.reverse().join("");
}
