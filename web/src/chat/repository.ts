// The part of our tree that is on the page as assistant-ui's repository. The library works on every message it knows with each key that is
// pressed, which thousands of them would make felt; and messages that did not change keep their identity.
import { fromThreadMessageLike, type ThreadMessage } from "@assistant-ui/react";
import { childrenOf, type NodeMap } from "../history/tree";
import type { MessageNode } from "../history/types";
import type { SessionState } from "./session";

interface Item {
  parentId: string | null;
  message: ThreadMessage;
}

export interface Repository {
  headId: string | null;
  messages: Item[];
}

const converted = new WeakMap<MessageNode, Item>();

/** Messages `start` to `end` of the branch, each with its other versions; what is below those is looked up when one is chosen. */
export function repositoryOf(state: SessionState, start = 0, end = state.path.length): Repository {
  const shown = state.path.slice(start, end);
  const base = shown[0]?.parentId ?? null;
  const messages = shown.flatMap((node) => versionsOf(state.nodes, node)).map(itemOf);
  return {
    headId: shown.at(-1)?.id ?? null,
    messages: messages.map((item) => (item.parentId === base ? { ...item, parentId: null } : item)),
  };
}

/** Where the shown part of a path begins: with a question, so that each answer has its own at hand. */
export function startOf(path: readonly MessageNode[], wanted: number): number {
  let start = Math.max(0, Math.min(wanted, path.length - 1));
  while (start > 0 && path[start]?.role !== "user") start -= 1;
  return start;
}

/** As it is now: while an answer is written, the branch may be a moment behind the tree. */
function versionsOf(nodes: NodeMap, node: MessageNode): MessageNode[] {
  return childrenOf(nodes, node.parentId).flatMap((sibling) => nodes.get(sibling.id) ?? []);
}

export function nodeOf(message: { metadata: { custom: Record<string, unknown> } }): MessageNode | undefined {
  return message.metadata.custom.node as MessageNode | undefined;
}

function itemOf(node: MessageNode): Item {
  const known = converted.get(node);
  if (known) return known;
  const item = { parentId: node.parentId, message: convert(node) };
  converted.set(node, item);
  return item;
}

function convert(node: MessageNode): ThreadMessage {
  const like = {
    id: node.id,
    role: node.role,
    createdAt: new Date(node.createdAt),
    content: [{ type: "text" as const, text: node.text }],
    metadata: { custom: { node } },
  };
  return fromThreadMessageLike(like, node.id, statusOf(node));
}

function statusOf(node: MessageNode) {
  if (node.role === "user") return { type: "complete", reason: "stop" } as const;
  if (node.status === "streaming") return { type: "running" } as const;
  if (node.status === "done") return { type: "complete", reason: "stop" } as const;
  const reason = node.status === "stopped" ? ("cancelled" as const) : ("error" as const);
  return { type: "incomplete", reason } as const;
}
