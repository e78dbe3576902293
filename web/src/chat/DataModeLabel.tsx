// Says plainly where the figures come from; leads to the page that says it in full.
import { useApp } from "../app/appContext";
import { Link } from "../app/Link";
import type { MessageNode } from "../history/types";
import { dataModeOf } from "./dataMode";

export function DataModeLabel({ path }: { path: readonly MessageNode[] }) {
  const { connection } = useApp();
  const words = dataModeOf(path, connection.dataMode);
  if (!words) return null;
  // A phone has room for the title or for the word "data".
  const short = words.label.replace(/ data$/, "");
  return (
    <Link to={{ page: "data" }} className={`mode-label mode-${words.tone}`} title={words.detail}>
      <span className="mode-dot" aria-hidden="true" />
      <span>
        {short}
        <span className="wide-text">{words.label.slice(short.length)}</span>
      </span>
    </Link>
  );
}
