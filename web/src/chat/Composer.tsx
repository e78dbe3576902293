// Where one asks: the text, how it is to be answered, what it would cost, send and stop.
import { ComposerPrimitive, useAui, useAuiState } from "@assistant-ui/react";
import type { KeyboardEvent } from "react";
import { useApp } from "../app/appContext";
import { SendIcon, StopIcon } from "../ui/icons";
import { AskOptions } from "./AskOptions";
import { useSession } from "./chatContext";
import { contextOf } from "./request";
import { QuoteLine } from "./QuoteLine";
import type { SessionState } from "./session";

export function Composer({ state }: { state: SessionState }) {
  const { connection } = useApp();
  const text = useAuiState((aui) => aui.composer.text);
  const editLast = useEditLast(state);
  const isOffline = connection.status === "offline";
  const { leftOut } = contextOf(state.path);
  return (
    <div className="composer-place">
      {state.storageFault && (
        <p className="composer-note warn" role="alert">
          This browser does not keep the conversation: {state.storageFault}
        </p>
      )}
      <ComposerPrimitive.Root className="composer">
        <ComposerPrimitive.Input
          className="composer-input"
          placeholder={state.path.length ? "Ask a follow-up" : "Ask about an asset, a market, a protocol"}
          aria-label="Your question"
          minRows={1}
          maxRows={10}
          cancelOnEscape={false}
          onKeyDown={editLast}
          autoFocus
          unstable_insertNewlineOnTouchEnter
        />
        <div className="composer-bar">
          <AskOptions />
          <span className="spacer" />
          <QuoteLine text={text} path={state.path} />
          {state.runningId ? <StopButton /> : <SendButton />}
        </div>
      </ComposerPrimitive.Root>
      <p className="composer-note">
        {isOffline
          ? "The desk cannot be reached at the moment."
          : leftOut > 0
            ? `The ${leftOut.toLocaleString()} earliest messages are no longer sent along.`
            : "Figures are checked against the data they come from. Not financial advice."}
      </p>
    </div>
  );
}

function SendButton() {
  return (
    <ComposerPrimitive.Send className="send-button" aria-label="Send" title="Send (Enter)">
      <SendIcon />
    </ComposerPrimitive.Send>
  );
}

function StopButton() {
  const session = useSession();
  return (
    <button type="button" className="send-button is-stop" aria-label="Stop" title="Stop (Esc)" onClick={() => session.stop()}>
      <StopIcon />
    </button>
  );
}

/** Up in an empty field edits the last question, as in a shell. */
function useEditLast(state: SessionState): (event: KeyboardEvent<HTMLTextAreaElement>) => void {
  const aui = useAui();
  return (event) => {
    if (event.key !== "ArrowUp" || event.altKey || event.currentTarget.value || state.runningId) return;
    const last = state.path.findLast((node) => node.role === "user");
    if (!last) return;
    event.preventDefault();
    aui.thread().message({ id: last.id }).composer().beginEdit();
  };
}
