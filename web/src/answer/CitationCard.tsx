// A source beside its number: title, publisher, date, and the figures that it stands behind.
import { type Cited, sourceFacts } from "./sources";

export function CitationCard({ source, quoted }: { source: Cited; quoted: readonly string[] }) {
  const { publisher, date, url } = sourceFacts(source);
  return (
    <>
      <p className="card-head">
        <span className="cite cite-static">{source.citation_id}</span>
        <strong>{source.title}</strong>
      </p>
      <p className="card-note">
        {publisher} · {date}
      </p>
      {quoted.length > 0 && (
        <p className="card-note">
          Behind <span className="num">{quoted.join(", ")}</span>
        </p>
      )}
      {url && (
        <p className="card-note">
          <a href={url} target="_blank" rel="noopener noreferrer">
            Open the source
          </a>
        </p>
      )}
    </>
  );
}
