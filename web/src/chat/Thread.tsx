// The messages and the composer, on assistant-ui's runtime over our own store.
import { AssistantRuntimeProvider, type AppendMessage, type ThreadMessage, ThreadPrimitive, useExternalStoreRuntime } from "@assistant-ui/react";
import { useEffect, useMemo, useRef, useState } from "react";
import { useApp } from "../app/appContext";
import { DownIcon } from "../ui/icons";
import { Announcer } from "./Announcer";
import { Composer } from "./Composer";
import { EmptyThread } from "./EmptyThread";
import { MessageList } from "./MessageList";
import { repositoryOf } from "./repository";
import type { ChatSession, SessionState } from "./session";
import { earlier, later, type Span, spanOf } from "./window";

export function Thread({ session, state }: { session: ChatSession; state: SessionState }) {
  const [wanted, setWanted] = useState<Span | null>(null);
  // A first answer is read from its beginning; a conversation that is opened again is gone on with at its end.
  const [isReopened] = useState(state.path.length > 0);
  const { runningId } = state;
  // Whoever asks is at the newest messages, and hundreds of earlier ones would only be in the way of each word.
  useEffect(() => setWanted(null), [runningId]);
  const { start, end } = useMemo(() => spanOf(state.path, wanted), [state.path, wanted]);
  const runtime = useRuntime(session, state, start, end);
  useStopKey(session);
  return (
    <AssistantRuntimeProvider runtime={runtime}>
      <ThreadPrimitive.Root className="thread">
        <ThreadPrimitive.Viewport className="thread-viewport" tabIndex={-1} turnAnchor="top" scrollToBottomOnInitialize={isReopened}>
          {state.path.length ? (
            <MessageList
              before={start}
              after={state.path.length - end}
              onEarlier={() => setWanted(earlier({ start, end }))}
              onLater={() => setWanted(later({ start, end }, state.path.length))}
            />
          ) : (
            <EmptyThread />
          )}
          {!state.path.length ? null : end < state.path.length ? (
            <button type="button" className="to-bottom" aria-label="Go to the newest message" title="Go to the newest message" onClick={() => setWanted(null)}>
              <DownIcon />
            </button>
          ) : (
            <ThreadPrimitive.ScrollToBottom className="to-bottom" aria-label="Go to the newest message" title="Go to the newest message">
              <DownIcon />
            </ThreadPrimitive.ScrollToBottom>
          )}
        </ThreadPrimitive.Viewport>
        <Composer state={state} />
        <Announcer state={state} />
      </ThreadPrimitive.Root>
    </AssistantRuntimeProvider>
  );
}

function useRuntime(session: ChatSession, state: SessionState, start: number, end: number) {
  const { settings, connection } = useApp();
  const latest = useRef(settings);
  useEffect(() => {
    latest.current = settings;
  });
  const messageRepository = useMemo(() => repositoryOf(state, start, end), [state, start, end]);
  // For the moment in which nobody knows yet which models there are.
  const isSendDisabled = settings.model === "" && connection.status === "starting";
  const handlers = useMemo(() => handlersOf(session, () => latest.current), [session]);
  return useExternalStoreRuntime({ ...handlers, messageRepository, isRunning: state.runningId !== null, isSendDisabled });
}

function handlersOf(session: ChatSession, settings: () => Parameters<ChatSession["ask"]>[1]) {
  return {
    onNew: async (message: AppendMessage) => void session.ask(textOf(message), settings()),
    onEdit: async (message: AppendMessage) => void session.ask(textOf(message), settings(), parentOf(session, message)),
    onReload: async (parentId: string | null) => {
      if (parentId !== null) void session.regenerate(parentId, settings());
    },
    onCancel: async () => session.stop(),
    setMessages: (messages: readonly ThreadMessage[]) => session.showBranch(messages.at(-1)?.id ?? null),
  };
}

/** Of an edited message; the runtime does not know what is before the part that is shown. */
function parentOf(session: ChatSession, message: AppendMessage): string | null {
  const edited = message.sourceId ? session.state().nodes.get(message.sourceId) : undefined;
  return edited ? edited.parentId : message.parentId;
}

function textOf(message: AppendMessage): string {
  return message.content.flatMap((part) => (part.type === "text" ? [part.text] : [])).join("\n");
}

function useStopKey(session: ChatSession): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key === "Escape" && session.isRunning && !event.defaultPrevented && !document.querySelector("dialog[open]")) session.stop();
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, [session]);
}
