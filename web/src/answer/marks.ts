// Puts checked figures and citation markers into a block of Markdown, by their places in the source of the whole text.
import type { ElementContent, Nodes, Root, Text } from "hast";
import type { CitedSource, Verdict } from "../api/types";
import { element, isElement } from "./hast";
import { align, type Span } from "./offsets";

export interface MarkOptions {
  source: string;
  start: number;
  spans: readonly Span[];
  citations: ReadonlyMap<number, CitedSource>;
}

export const VERDICT_WORDS: Record<Verdict, string> = {
  bound: "traced to a cell",
  derived: "computed from cells",
  quoted: "quoted from a document",
  user: "your own figure",
  unbound: "not traced",
  contradicted: "contradicted by the data",
};

interface Piece {
  from: number;
  to: number;
  make: (children: ElementContent[]) => ElementContent;
}

const MARKER = /\[(\d{1,3})\]/g;

export function rehypeMarks(options: MarkOptions) {
  return (tree: Root): void => walk(tree, options);
}

function walk(node: Nodes, options: MarkOptions): void {
  if (!("children" in node)) return;
  const children = node.children as ElementContent[];
  node.children = children.flatMap((child): ElementContent[] => {
    if (child.type === "text") return split(child, options);
    // The one element that models write into table cells; any other is shown as the text it is.
    if (isRaw(child)) return /^<br\s*\/?>$/i.test(child.value) ? [element("br", {}, [])] : [child];
    // A link is one thing to press; nothing to press goes inside it. Code is nobody's claim.
    if (!isElement(child, "a") && !isElement(child, "pre")) walk(child, options);
    return [child];
  });
}

interface Raw {
  type: "raw";
  value: string;
}

function isRaw(node: { type: string }): node is Raw & ElementContent {
  return node.type === "raw";
}

function split(text: Text, options: MarkOptions): ElementContent[] {
  const pieces = [...figuresIn(text, options), ...markersIn(text, options)].sort((one, other) => one.from - other.from);
  if (!pieces.length) return [text];
  const parts: ElementContent[] = [];
  let at = 0;
  for (const piece of pieces) {
    if (piece.from < at) continue;
    if (piece.from > at) parts.push({ type: "text", value: text.value.slice(at, piece.from) });
    parts.push(piece.make([{ type: "text", value: text.value.slice(piece.from, piece.to) }]));
    at = piece.to;
  }
  if (at < text.value.length) parts.push({ type: "text", value: text.value.slice(at) });
  return parts;
}

function figuresIn(text: Text, { source, start, spans }: MarkOptions): Piece[] {
  const first = text.position?.start.offset;
  const last = text.position?.end.offset;
  if (first === undefined || last === undefined) return [];
  const near = spans.filter((span) => span.end > start + first && span.start < start + last);
  const places = near.length ? align(source.slice(first, last), text.value) : null;
  if (!places) return [];
  return near.flatMap((span): Piece[] => {
    const from = places.findIndex((place) => start + first + place >= span.start);
    const past = places.findIndex((place) => start + first + place >= span.end);
    const to = past < 0 ? text.value.length : past;
    return from < 0 || from >= to ? [] : [{ from, to, make: (children) => figureMark(span, children) }];
  });
}

function figureMark({ index, figure }: Span, children: ElementContent[]): ElementContent {
  const label = `${figure.text}, ${VERDICT_WORDS[figure.verdict]}`;
  const properties = {
    className: ["figure", `figure-${figure.verdict}`],
    role: "button",
    // One stop for the Tab key in an answer; arrows lead from figure to figure.
    tabIndex: index === 0 ? 0 : -1,
    ariaLabel: label,
    dataFigure: String(index),
  };
  return element("mark", properties, children);
}

function markersIn(text: Text, { citations }: MarkOptions): Piece[] {
  return [...text.value.matchAll(MARKER)].flatMap((match): Piece[] => {
    const id = Number(match[1]);
    const cited = citations.get(id);
    if (!cited) return [];
    const properties = { type: "button", className: ["cite"], dataCite: String(id), ariaLabel: `Source ${id}: ${cited.title}` };
    const make = () => element("button", properties, [{ type: "text", value: String(id) }]);
    return [{ from: match.index, to: match.index + match[0].length, make }];
  });
}
