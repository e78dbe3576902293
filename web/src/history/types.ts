// What a conversation is in this browser: a tree of messages and the one that is shown last.
import type { Fault } from "../api/errors";
import type { AnswerExtra, TokenCounts } from "../api/types";

export type AnswerStatus = "streaming" | "done" | "stopped" | "failed";

export interface UserNode {
  id: string;
  parentId: string | null;
  role: "user";
  text: string;
  createdAt: number;
}

export interface AnswerNode {
  id: string;
  parentId: string | null;
  role: "assistant";
  text: string;
  createdAt: number;
  status: AnswerStatus;
  askedModel: string;
  /** The model that really answered, once it is known. */
  model?: string;
  /** The run's id on the desk, by which its receipt is found. */
  runId?: string;
  extra?: AnswerExtra;
  usage?: TokenCounts;
  fault?: Fault;
  durationMs?: number;
  asOf?: string;
}

export type MessageNode = UserNode | AnswerNode;

export interface ConversationInfo {
  id: string;
  title: string;
  isRenamed: boolean;
  /** When it was renamed last. */
  renamedAt?: number;
  createdAt: number;
  updatedAt: number;
  headId: string | null;
}

export interface Conversation {
  info: ConversationInfo;
  nodes: MessageNode[];
}

export function newId(): string {
  // A page over plain HTTP from another machine has no `randomUUID`.
  if (typeof crypto.randomUUID === "function") return crypto.randomUUID();
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
