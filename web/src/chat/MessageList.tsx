// The newest messages of the branch; earlier ones are put in as one scrolls up, so that a chat of thousands opens at once.
import { ThreadPrimitive, unstable_useThreadMessageIds } from "@assistant-ui/react";
import { type KeyboardEvent, useEffect, useLayoutEffect, useRef } from "react";
import { AnswerMessage } from "./AnswerMessage";
import { EditMessage } from "./EditMessage";
import { QuestionMessage } from "./QuestionMessage";

const COMPONENTS = { UserMessage: QuestionMessage, AssistantMessage: AnswerMessage, UserEditComposer: EditMessage };

interface Props {
  /** How many earlier messages are not shown. */
  hidden: number;
  onMore: () => void;
}

export function MessageList({ hidden, onMore }: Props) {
  const ids = unstable_useThreadMessageIds();
  const list = useRef<HTMLDivElement>(null);
  const anchor = useRef<{ element: Element; top: number } | null>(null);

  const showMore = () => {
    const element = list.current?.querySelector("[data-message-id]");
    if (element) anchor.current = { element, top: element.getBoundingClientRect().top };
    onMore();
  };
  useLayoutEffect(() => {
    const kept = anchor.current;
    const viewport = list.current?.closest(".thread-viewport");
    if (!kept || !viewport) return;
    // What was being read stays where it was.
    viewport.scrollTop += kept.element.getBoundingClientRect().top - kept.top;
    anchor.current = null;
  }, [ids]);

  return (
    <div className="messages" ref={list} onKeyDown={(event) => moveBetweenMessages(event, list.current)}>
      {hidden > 0 && <Earlier count={hidden} onReach={showMore} />}
      {ids.map((id) => (
        <ThreadPrimitive.Unstable_MessageById key={id} messageId={id} components={COMPONENTS} />
      ))}
    </div>
  );
}

function Earlier({ count, onReach }: { count: number; onReach: () => void }) {
  const mark = useRef<HTMLButtonElement>(null);
  const latest = useRef(onReach);
  useEffect(() => {
    latest.current = onReach;
  });
  useEffect(() => {
    const element = mark.current;
    const root = element?.closest(".thread-viewport");
    if (!element || !root || typeof IntersectionObserver === "undefined") return;
    const observer = new IntersectionObserver(([entry]) => entry?.isIntersecting && latest.current(), { root, rootMargin: "600px 0px 0px 0px" });
    observer.observe(element);
    return () => observer.disconnect();
    // Anew for each batch: a mark that stays in view tells nothing more.
  }, [count]);
  return (
    <button ref={mark} type="button" className="text-button earlier" onClick={onReach}>
      {count.toLocaleString()} earlier messages
    </button>
  );
}

/** Alt with Up or Down goes from message to message. */
function moveBetweenMessages(event: KeyboardEvent, list: HTMLElement | null): void {
  const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  if (!event.altKey || step === undefined || !list) return;
  const messages = [...list.querySelectorAll<HTMLElement>("[data-message-id]")];
  const at = messages.findIndex((message) => message.contains(document.activeElement));
  const next = messages[Math.max(0, Math.min(messages.length - 1, at + step))];
  event.preventDefault();
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}
