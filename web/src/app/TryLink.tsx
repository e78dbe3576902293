// The way to the desk's page about its HTTP interface. It opens beside the app, so that an answer being written goes on.
import { useEffect, useState } from "react";
import { CodeIcon } from "../ui/icons";

const PATH = "/try";

/** Nothing where the desk does not serve that page, as behind a proxy that lets only some paths through. */
export function TryLink() {
  const isServed = useServed(PATH);
  if (!isServed) return null;
  return (
    <a className="side-row" href={PATH} target="_blank" rel="noopener noreferrer" title="Every route of this desk, to read and to try; opens in a new tab">
      <CodeIcon /> HTTP API
    </a>
  );
}

function useServed(path: string): boolean {
  const [isServed, setServed] = useState(false);
  useEffect(() => {
    const stop = new AbortController();
    // Redirected means that somebody else answers, such as the sign-in page of a proxy.
    fetch(path, { method: "HEAD", signal: stop.signal }).then(
      (answer) => !stop.signal.aborted && setServed(answer.ok && !answer.redirected),
      () => undefined,
    );
    return () => stop.abort();
  }, [path]);
  return isServed;
}
