// The page of one conversation: finds or begins it, then shows it.
import { useEffect, useState } from "react";
import { useApp } from "../app/appContext";
import { navigate } from "../app/router";
import { SessionContext, useSessionState } from "./chatContext";
import { ChatHeader } from "./ChatHeader";
import type { ChatSession } from "./session";
import { Thread } from "./Thread";

export function ChatPage({ id }: { id: string | null }) {
  const session = useOpenSession(id);
  if (session === undefined) return <div className="page-wait" role="status" aria-label="Loading" />;
  if (session === null) return <MissingChat />;
  return <OpenChat key={session.id} session={session} isFresh={id === null} />;
}

function OpenChat({ session, isFresh }: { session: ChatSession; isFresh: boolean }) {
  const state = useSessionState(session);
  const hasBegun = state.nodes.size > 0;
  useEffect(() => {
    // From its first question on, a conversation has an address of its own.
    if (isFresh && hasBegun) navigate({ page: "chat", id: session.id }, "replace");
  }, [isFresh, hasBegun, session]);
  useEffect(() => {
    document.title = hasBegun ? `${state.info.title} · cryptodesk` : "cryptodesk";
  }, [hasBegun, state.info.title]);
  return (
    <SessionContext.Provider value={session}>
      <main className="chat" aria-label="Conversation">
        <ChatHeader state={state} />
        <Thread session={session} state={state} />
      </main>
    </SessionContext.Provider>
  );
}

function MissingChat() {
  return (
    <main className="page-note">
      <h1>This conversation is not here</h1>
      <p className="muted">It was deleted, or asked in another browser that does not share its conversations. A file that was saved from it can be imported.</p>
      <button type="button" className="button" onClick={() => navigate({ page: "chat", id: null })}>
        New chat
      </button>
    </main>
  );
}

/** undefined while it is loaded, null where there is none. */
function useOpenSession(id: string | null): ChatSession | null | undefined {
  const { workspace } = useApp();
  const [loaded, setLoaded] = useState<{ id: string; session: ChatSession | null } | null>(null);
  const known = id === null ? workspace.fresh() : workspace.opened(id);
  useEffect(() => {
    if (id === null) return;
    let isCurrent = true;
    void workspace.open(id).then(
      (session) => {
        if (isCurrent) setLoaded({ id, session });
        workspace.release(id);
      },
      () => isCurrent && setLoaded({ id, session: null }),
    );
    return () => {
      isCurrent = false;
    };
  }, [id, workspace]);
  return known ?? (loaded?.id === id ? loaded.session : undefined);
}
