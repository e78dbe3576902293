// An answer's text: blocks that stand still, and the last one that grows.
import { useMemo } from "react";
import type { CheckedFigure, CitedSource } from "../api/types";
import { splitBlocks } from "./blocks";
import { healTail } from "./heal";
import { MarkdownBlock } from "./MarkdownBlock";
import { spansOf, type Span } from "./offsets";

interface Props {
  text: string;
  figures: readonly CheckedFigure[];
  citations: readonly CitedSource[];
  isStreaming: boolean;
}

const NO_SPANS: readonly Span[] = [];

export function Markdown({ text, figures, citations, isStreaming }: Props) {
  const blocks = useMemo(() => splitBlocks(text), [text]);
  const byId = useMemo(() => new Map(citations.map((cited) => [cited.citation_id, cited])), [citations]);
  const spans = useMemo(() => (figures.length ? spansOf(text, figures) : NO_SPANS), [text, figures]);
  const bySpan = useMemo(
    () => blocks.map(({ start, source }) => spans.filter((span) => span.end > start && span.start < start + source.length)),
    [blocks, spans],
  );
  const last = blocks.length - 1;
  return (
    <div className="prose">
      {blocks.map(({ start, source }, index) => (
        <MarkdownBlock
          key={index}
          start={start}
          source={isStreaming && index === last ? healTail(source) : source}
          spans={spans.length ? (bySpan[index] ?? NO_SPANS) : NO_SPANS}
          citations={byId}
        />
      ))}
    </div>
  );
}
