// The newest part of our tree as assistant-ui's repository. The library works on every message it knows with each key that is
// pressed, which thousands of them would make felt; and messages that did not change keep their identity.
import { fromThreadMessageLike, type ThreadMessage } from "@assistant-ui/react";
import { inTreeOrder, type NodeMap } from "../history/tree";
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
// A session makes a new map for each new message and none for new text, so the order lasts as long as the map.
const orders = new WeakMap<NodeMap, { base: string | null; ids: string[] }>();

/** The part of the tree that begins with message `start` of the path: that one, its other versions, and all below. */
export function repositoryOf(state: SessionState, start = 0): Repository {
  const base = state.path[start]?.parentId ?? null;
  const messages = orderOf(state.nodes, base).flatMap((id) => state.nodes.get(id) ?? []).map(itemOf);
  return { headId: state.info.headId, messages: messages.map((item) => (item.parentId === base ? { ...item, parentId: null } : item)) };
}

/** Where the shown part of a path begins: with a question, so that each answer has its own at hand. */
export function startOf(path: readonly MessageNode[], wanted: number): number {
  let start = Math.max(0, Math.min(wanted, path.length - 1));
  while (start > 0 && path[start]?.role !== "user") start -= 1;
  return start;
}

function orderOf(nodes: NodeMap, base: string | null): string[] {
  const known = orders.get(nodes);
  if (known?.base === base) return known.ids;
  const ids = inTreeOrder(nodes, base).map((node) => node.id);
  orders.set(nodes, { base, ids });
  return ids;
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
