// What the question would cost, asked for while it is typed.
import { useEffect, useState } from "react";
import { useClient } from "../api/clientContext";
import { faultOf } from "../api/errors";
import type { Quote } from "../api/types";
import { useApp } from "../app/appContext";
import type { MessageNode } from "../history/types";
import { requestOf } from "./request";
import type { AskSettings } from "./settings";

const PAUSE_MS = 450;

export function useQuote(text: string, path: readonly MessageNode[]): Quote | null {
  const client = useClient();
  const { settings, connection } = useApp();
  const [quote, setQuote] = useState<Quote | null>(null);
  const question = text.trim();
  const isAsked = question !== "" && settings.model !== "" && connection.status === "ready";

  useEffect(() => {
    if (!isAsked) {
      setQuote(null);
      return;
    }
    const abort = new AbortController();
    const timer = setTimeout(() => {
      const draft: MessageNode = { id: "draft", parentId: path.at(-1)?.id ?? null, role: "user", text: question, createdAt: 0 };
      const ask = (asked: AskSettings) => client.quote(requestOf([...path, draft], asked), abort.signal);
      ask(settings)
        .catch((error: unknown) => {
          // A desk without the research graph answers with its tools, and is asked for the price of that.
          if (faultOf(error)?.param !== "cryptodesk.research") throw error;
          return ask({ ...settings, isResearch: false });
        })
        .then(setQuote, () => setQuote(null));
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [client, isAsked, question, path, settings]);
  return quote;
}
