// The quote beside the send button, with what it rests on.
import type { MessageNode } from "../history/types";
import { Popover } from "../ui/Popover";
import { quoteWords } from "./quoteWords";
import { useQuote } from "./useQuote";

export function QuoteLine({ text, path }: { text: string; path: readonly MessageNode[] }) {
  const quote = useQuote(text, path);
  if (!quote) return null;
  const words = quoteWords(quote);
  return (
    <Popover
      label="Quote"
      className={words === "Free" ? "cost-tag is-free" : "cost-tag"}
      trigger={
        <>
          <span className="visually-hidden">Quote: </span>
          {words}
        </>
      }
    >
      <div className="receipt-card">
        <h3>Before you send</h3>
        <ul className="basis">
          {quote.basis.map((line) => (
            <li key={line}>{line}</li>
          ))}
          <li>{quote.input_tokens.toLocaleString()} tokens to read, tools included.</li>
        </ul>
      </div>
    </Popover>
  );
}
