// The open conversation, for the components of its thread.
import { createContext, useContext, useSyncExternalStore } from "react";
import type { ChatSession, SessionState } from "./session";

export const SessionContext = createContext<ChatSession | null>(null);

export function useSession(): ChatSession {
  const session = useContext(SessionContext);
  if (!session) throw new Error("This component belongs inside a conversation.");
  return session;
}

export function useSessionState(session: ChatSession): SessionState {
  return useSyncExternalStore(session.subscribe, session.state);
}
