// The messages that are on the page. Others are put in and taken out as one scrolls, while what is being read stays where it is.
import { ThreadPrimitive, unstable_useThreadMessageIds } from "@assistant-ui/react";
import { type KeyboardEvent, useEffect, useLayoutEffect, useRef } from "react";
import { AnswerMessage } from "./AnswerMessage";
import { EditMessage } from "./EditMessage";
import { QuestionMessage } from "./QuestionMessage";

const COMPONENTS = { UserMessage: QuestionMessage, AssistantMessage: AnswerMessage, UserEditComposer: EditMessage };
const EACH = "[data-message-id]";
const VIEWPORT = ".thread-viewport";
const AHEAD_PX = 900;

interface Props {
  /** How many messages of the branch come before and after those that are shown. */
  before: number;
  after: number;
  onEarlier: () => void;
  onLater: () => void;
}

export function MessageList({ before, after, onEarlier, onLater }: Props) {
  const ids = unstable_useThreadMessageIds();
  const list = useRef<HTMLDivElement>(null);
  const anchor = useRef<{ element: Element; top: number } | null>(null);
  const wasWindowed = useRef(false);

  const moving = (move: () => void) => () => {
    anchor.current = anchorOf(list.current);
    move();
  };
  useLayoutEffect(() => {
    const kept = anchor.current;
    const viewport = list.current?.closest(VIEWPORT);
    anchor.current = null;
    if (!viewport) return;
    if (kept?.element.isConnected) viewport.scrollTop += kept.element.getBoundingClientRect().top - kept.top;
    // From the middle to the newest messages: there is nothing in between to scroll through.
    else if (wasWindowed.current && after === 0) viewport.scrollTop = viewport.scrollHeight;
    wasWindowed.current = after > 0;
  }, [ids, after]);

  return (
    <div className="messages" ref={list} onKeyDown={(event) => moveBetweenMessages(event, list.current)}>
      {before > 0 && <More count={before} words="earlier messages" onReach={moving(onEarlier)} />}
      {ids.map((id) => (
        <ThreadPrimitive.Unstable_MessageById key={id} messageId={id} components={COMPONENTS} />
      ))}
      {after > 0 && <More count={after} words="later messages" onReach={moving(onLater)} />}
    </div>
  );
}

/** The first message that can be seen. */
function anchorOf(list: HTMLElement | null): { element: Element; top: number } | null {
  const edge = list?.closest(VIEWPORT)?.getBoundingClientRect().top ?? 0;
  for (const element of list?.querySelectorAll(EACH) ?? []) {
    const { top, bottom } = element.getBoundingClientRect();
    if (bottom > edge) return { element, top };
  }
  return null;
}

/** Whether one would soon scroll to it. */
function isNear(mark: HTMLElement | null): boolean {
  const view = mark?.closest(VIEWPORT)?.getBoundingClientRect();
  if (!mark || !view?.height) return false;
  const { top, bottom } = mark.getBoundingClientRect();
  return bottom > view.top - AHEAD_PX && top < view.bottom + AHEAD_PX;
}

interface MoreProps {
  count: number;
  words: string;
  onReach: () => void;
}

function More({ count, words, onReach }: MoreProps) {
  const mark = useRef<HTMLButtonElement>(null);
  const latest = useRef(onReach);
  // After each change and each scroll it is looked where the mark is now: on a busy page what is told of crossings comes late.
  useEffect(() => {
    latest.current = onReach;
    if (isNear(mark.current)) onReach();
  });
  useEffect(() => {
    const viewport = mark.current?.closest(VIEWPORT);
    const look = () => {
      if (isNear(mark.current)) latest.current();
    };
    viewport?.addEventListener("scroll", look, { passive: true });
    return () => viewport?.removeEventListener("scroll", look);
  }, []);
  return (
    <button ref={mark} type="button" className="text-button earlier" onClick={onReach}>
      {count.toLocaleString()} {words}
    </button>
  );
}

/** Alt with Up or Down goes from message to message. */
function moveBetweenMessages(event: KeyboardEvent, list: HTMLElement | null): void {
  const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  if (!event.altKey || step === undefined || !list) return;
  const messages = [...list.querySelectorAll<HTMLElement>(EACH)];
  const at = messages.findIndex((message) => message.contains(document.activeElement));
  const next = messages[Math.max(0, Math.min(messages.length - 1, at + step))];
  event.preventDefault();
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}
