// An answer: how far it is, its text with all that belongs to it, what went wrong, and what it cost.
import { ActionBarPrimitive, MessagePrimitive, useAuiState } from "@assistant-ui/react";
import { useCallback } from "react";
import { AnswerBody } from "../answer/AnswerBody";
import { useApp } from "../app/appContext";
import type { AnswerNode } from "../history/types";
import { CopyButton } from "../ui/CopyButton";
import { ErrorBoundary } from "../ui/ErrorBoundary";
import { RetryIcon } from "../ui/icons";
import { Branches } from "./Branches";
import { useSession } from "./chatContext";
import { FaultNote } from "./FaultNote";
import { ProgressLine } from "./ProgressLine";
import { ReceiptLine } from "./ReceiptLine";
import { nodeOf } from "./repository";

export function AnswerMessage() {
  const node = useAuiState((state) => nodeOf(state.message));
  if (node?.role !== "assistant") return null;
  const isStreaming = node.status === "streaming";
  return (
    <MessagePrimitive.Root className="message answer-message" tabIndex={-1} role="article" aria-label="Answer" aria-busy={isStreaming}>
      {isStreaming && <ProgressLine steps={node.extra?.progress ?? []} hasText={node.text !== ""} />}
      <Body node={node} />
      {node.status === "stopped" && <p className="stopped-note">{node.text ? "Stopped here." : "Stopped before there was any text."}</p>}
      {node.fault && node.status === "failed" && <FaultNote node={node} fault={node.fault} />}
      {!isStreaming && <Foot node={node} />}
    </MessagePrimitive.Root>
  );
}

function Body({ node }: { node: AnswerNode }) {
  const { settings } = useApp();
  const session = useSession();
  const ask = useCallback((question: string) => void session.ask(question, settings), [session, settings]);
  const question = node.parentId === null ? "" : (session.state().nodes.get(node.parentId)?.text ?? "");
  if (!node.text && !node.extra) return null;
  return (
    <ErrorBoundary key={node.status} fallback={<p className="plain-answer">{node.text}</p>}>
      <AnswerBody text={node.text} extra={node.extra ?? {}} isStreaming={node.status === "streaming"} onAsk={ask} onClarify={ask} question={question} />
    </ErrorBoundary>
  );
}

function Foot({ node }: { node: AnswerNode }) {
  return (
    <footer className="answer-foot">
      <div className="message-actions">
        <Branches />
        {node.text && <CopyButton text={node.text} label="Copy the answer" />}
        <ActionBarPrimitive.Reload className="icon-button" aria-label="Answer again" title="Answer again">
          <RetryIcon />
        </ActionBarPrimitive.Reload>
      </div>
      <ReceiptLine node={node} />
    </footer>
  );
}
