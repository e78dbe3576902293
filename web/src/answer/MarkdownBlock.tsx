// One block of an answer. It is rendered again only if its own source, figures or sources change.
import { type ComponentProps, memo, useMemo } from "react";
import ReactMarkdown, { type Components } from "react-markdown";
import gfm from "remark-gfm";
import type { CitedSource } from "../api/types";
import { DataTable } from "./DataTable";
import { rehypeMarks } from "./marks";
import type { Span } from "./offsets";
import { rehypeTables } from "./tables";

interface Props {
  source: string;
  start: number;
  spans: readonly Span[];
  citations: ReadonlyMap<number, CitedSource>;
}

const PLUGINS = [gfm];

export const MarkdownBlock = memo(function MarkdownBlock({ source, start, spans, citations }: Props) {
  const rehype = useMemo<ComponentProps<typeof ReactMarkdown>["rehypePlugins"]>(
    () => [[rehypeMarks, { source, start, spans, citations }], rehypeTables],
    [source, start, spans, citations],
  );
  return (
    <ReactMarkdown remarkPlugins={PLUGINS} rehypePlugins={rehype} components={COMPONENTS} urlTransform={safeUrl}>
      {source}
    </ReactMarkdown>
  );
});

/** Only whole web addresses: a relative one would lead into the app itself. */
export function safeUrl(url: string): string | null {
  try {
    const { protocol } = new URL(url);
    return protocol === "https:" || protocol === "http:" ? url : null;
  } catch {
    return null;
  }
}

const COMPONENTS: Components = {
  a: ({ href, children }) =>
    href ? (
      <a href={href} target="_blank" rel="noopener noreferrer" title={href}>
        {children}
      </a>
    ) : (
      <span>{children}</span>
    ),
  // An image would ask another host for something.
  img: ({ alt }) => (alt ? <span className="image-left-out">[image: {alt}]</span> : null),
  table: ({ node: _, ...rest }) => <DataTable {...rest} />,
  pre: ({ children }) => (
    <pre tabIndex={0} className="code-block">
      {children}
    </pre>
  ),
};
