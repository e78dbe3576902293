// The question while it is edited: sending makes a branch, the old one stays.
import { ComposerPrimitive, MessagePrimitive } from "@assistant-ui/react";

export function EditMessage() {
  return (
    <MessagePrimitive.Root className="message question is-editing" tabIndex={-1}>
      <ComposerPrimitive.Root className="edit-form">
        <ComposerPrimitive.Input className="edit-input" aria-label="Edit the question" autoFocus minRows={2} maxRows={12} />
        <div className="edit-actions">
          <span className="muted small-text">The first version stays as a branch.</span>
          <ComposerPrimitive.Cancel className="button small">Cancel</ComposerPrimitive.Cancel>
          <ComposerPrimitive.Send className="button small primary">Ask again</ComposerPrimitive.Send>
        </div>
      </ComposerPrimitive.Root>
    </MessagePrimitive.Root>
  );
}
