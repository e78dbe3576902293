// The numbered sources of an answer.
import { type Cited, sourceFacts } from "./sources";

export function SourceList({ sources }: { sources: readonly Cited[] }) {
  if (!sources.length) return <p className="quiet">This answer names no sources.</p>;
  return (
    <ol className="source-list">
      {sources.map((source) => (
        <SourceEntry key={source.citation_id} source={source} />
      ))}
    </ol>
  );
}

function SourceEntry({ source }: { source: Cited }) {
  const { publisher, date, url } = sourceFacts(source);
  return (
    <li value={source.citation_id}>
      <span className="cite cite-static" aria-hidden="true">
        {source.citation_id}
      </span>
      <span className="source-text">
        {url ? (
          <a href={url} target="_blank" rel="noopener noreferrer">
            {source.title}
          </a>
        ) : (
          <span>{source.title}</span>
        )}
        <span className="quiet">
          {publisher} · {date}
        </span>
      </span>
    </li>
  );
}
