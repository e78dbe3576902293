// What was asked, with its edit and its branches.
import { ActionBarPrimitive, MessagePrimitive, useAuiState } from "@assistant-ui/react";
import { CopyButton } from "../ui/CopyButton";
import { EditIcon } from "../ui/icons";
import { Branches } from "./Branches";
import { nodeOf } from "./repository";

export function QuestionMessage() {
  const node = useAuiState((state) => nodeOf(state.message));
  const isRunning = useAuiState((state) => state.thread.isRunning);
  if (!node) return null;
  return (
    <MessagePrimitive.Root className="message question" tabIndex={-1} role="article" aria-label="Question">
      <div className="question-text">{node.text}</div>
      <div className="message-actions">
        <Branches />
        <CopyButton text={node.text} label="Copy the question" />
        <ActionBarPrimitive.Edit className="icon-button" aria-label="Edit and ask again" title="Edit and ask again" disabled={isRunning}>
          <EditIcon />
        </ActionBarPrimitive.Edit>
      </div>
    </MessagePrimitive.Root>
  );
}
