// What of a conversation goes to the desk: messages that are over, in their order, in portions that a request may hold.
import type { ConversationMerge } from "../api/historyTypes";
import type { AnswerExtra } from "../api/types";
import { shareable } from "./file";
import { renamedAt, revisionOf } from "./merge";
import type { SentMark } from "./notes";
import { inTreeOrder } from "./tree";
import type { Conversation, ConversationInfo, MessageNode } from "./types";

const MOST_BYTES = 500_000;
const CHUNK_BYTES = 1_000_000;
const CHUNK_MESSAGES = 200;
// A run is over by then; an answer that still says otherwise was left by a page that was closed.
const LONGEST_RUN_MS = 600_000;
// From what can be asked for again to what an answer is read with.
const LARGE_PARTS = ["outputs", "charts", "provenance", "verification", "progress", "resolution", "citations"] as const;

export interface Portion {
  node: MessageNode;
  size: number;
}

/** `tooLarge` says that a message does not fit even without what belongs to it. */
export function sendable(conversation: Conversation, marks: readonly SentMark[], now: number): { ready: Portion[]; tooLarge: boolean } {
  const wanted = new Set(marks.map(({ id }) => id));
  const known = new Map(conversation.nodes.map((node) => [node.id, node]));
  // Behind the tree stands what hangs on a message that is not here.
  const ordered = new Set([...inTreeOrder(known), ...conversation.nodes]);
  const nodes = [...ordered].filter(({ id }) => wanted.has(id)).flatMap((node) => settled(node, now) ?? []);
  const fitting = nodes.map(fitted);
  return { ready: fitting.filter((portion) => portion !== null), tooLarge: fitting.includes(null) };
}

/** At least one, so that a change of the name alone is sent, too. */
export function chunksOf(portions: readonly Portion[]): Portion[][] {
  const chunks: Portion[][] = [[]];
  let size = 0;
  for (const portion of portions) {
    const last = chunks.at(-1);
    if (last?.length && (last.length >= CHUNK_MESSAGES || size + portion.size > CHUNK_BYTES)) {
      chunks.push([portion]);
      size = portion.size;
    } else {
      last?.push(portion);
      size += portion.size;
    }
  }
  return chunks;
}

export function mergeBody(info: ConversationInfo, chunk: readonly Portion[], restores: boolean): ConversationMerge {
  return {
    title: info.title,
    created_at: info.createdAt,
    updated_at: info.updatedAt,
    renamed_at: renamedAt(info),
    head_id: info.headId,
    messages: chunk.map(({ node }) => ({ revision: revisionOf(node), message: shareable(node) })),
    ...(restores ? { restore: true } : {}),
  };
}

function settled(node: MessageNode, now: number): MessageNode | null {
  if (node.role === "user" || node.status !== "streaming") return node;
  return now - node.createdAt > LONGEST_RUN_MS ? { ...node, status: "stopped" } : null;
}

function fitted(node: MessageNode): Portion | null {
  let slim = node;
  let size = sizeOf(slim);
  for (const part of LARGE_PARTS) {
    if (size <= MOST_BYTES || slim.role === "user" || !slim.extra) break;
    const extra: AnswerExtra = { ...slim.extra };
    delete extra[part];
    slim = { ...slim, extra };
    size = sizeOf(slim);
  }
  return size <= MOST_BYTES ? { node: slim, size } : null;
}

function sizeOf(node: MessageNode): number {
  return new TextEncoder().encode(JSON.stringify(node)).length;
}
