// From a branch of the conversation to the request that continues it.
import type { ChatMessage, ChatRequest } from "../api/types";
import type { MessageNode } from "../history/types";
import type { AskSettings } from "./settings";

const MOST_CHARACTERS = 60_000;
const MOST_MESSAGES = 60;
export const RELATED_QUESTIONS = 4;

export const INCLUDED = [
  "resolution",
  "progress",
  "provenance",
  "outputs",
  "verification",
  "citations",
  "charts",
  "related",
  "receipt",
] as const;

export interface Context {
  messages: ChatMessage[];
  /** Earlier messages of the branch that are not sent. */
  leftOut: number;
}

/** The latest messages that fit, beginning with a question. Answers without text are passed over with their question. */
export function contextOf(path: readonly MessageNode[]): Context {
  const told = path.filter((node, index) => isTold(node, path[index + 1]));
  let start = told.length;
  let characters = 0;
  while (start > 0 && told.length - start < MOST_MESSAGES) {
    characters += told[start - 1]?.text.length ?? 0;
    if (characters > MOST_CHARACTERS && start < told.length) break;
    start -= 1;
  }
  while (start < told.length - 1 && told[start]?.role !== "user") start += 1;
  const messages = told.slice(start).map((node): ChatMessage => ({ role: node.role, content: node.text }));
  return { messages, leftOut: start };
}

export function requestOf(path: readonly MessageNode[], settings: AskSettings): ChatRequest {
  return {
    model: settings.model,
    messages: contextOf(path).messages,
    verbosity: settings.verbosity,
    cryptodesk: {
      include: [...INCLUDED],
      research: settings.isResearch,
      ...(settings.isResearch ? { related_questions: RELATED_QUESTIONS } : {}),
      ...(settings.asOf ? { as_of: settings.asOf } : {}),
    },
  };
}

function isTold(node: MessageNode, next: MessageNode | undefined): boolean {
  if (node.text.trim() === "") return false;
  return node.role === "assistant" || next === undefined || next.text.trim() !== "";
}
