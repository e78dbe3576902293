// A conversation's messages as a tree: each question or answer that was given anew is a sibling of the one before.
import type { MessageNode } from "./types";

export type NodeMap = ReadonlyMap<string, MessageNode>;

/** From the first message to `headId`. A parent that is gone, or a circle, ends the path. */
export function pathTo(nodes: NodeMap, headId: string | null): MessageNode[] {
  const path: MessageNode[] = [];
  const seen = new Set<string>();
  for (let id = headId; id !== null && !seen.has(id); ) {
    const node = nodes.get(id);
    if (!node) break;
    seen.add(id);
    path.push(node);
    id = node.parentId;
  }
  return path.reverse();
}

/** All below `base`, by default all: parents before children, siblings by age; what hangs on nothing is left out. */
export function inTreeOrder(nodes: NodeMap, base: string | null = null): MessageNode[] {
  const children = new Map<string | null, MessageNode[]>();
  for (const node of nodes.values()) {
    const siblings = children.get(node.parentId);
    if (siblings) siblings.push(node);
    else children.set(node.parentId, [node]);
  }
  const ordered: MessageNode[] = [];
  const open = sorted(children.get(base)).reverse();
  for (let node = open.pop(); node; node = open.pop()) {
    ordered.push(node);
    open.push(...sorted(children.get(node.id)).reverse());
  }
  return ordered;
}

// A session makes a new map for each new message and none for new text, so the families last as long as the map.
const families = new WeakMap<NodeMap, Map<string | null, MessageNode[]>>();

/** The versions that follow a message, by age, each as it was when the map was made. */
export function childrenOf(nodes: NodeMap, parentId: string | null): readonly MessageNode[] {
  let known = families.get(nodes);
  if (!known) {
    known = new Map();
    for (const node of nodes.values()) {
      const siblings = known.get(node.parentId);
      if (siblings) siblings.push(node);
      else known.set(node.parentId, [node]);
    }
    for (const [parent, siblings] of known) known.set(parent, sorted(siblings));
    families.set(nodes, known);
  }
  return known.get(parentId) ?? [];
}

/** The end of the branch that goes on from `id` by the newest version each time. */
export function endOf(nodes: NodeMap, id: string): string {
  const seen = new Set<string>();
  for (let at = id; ; ) {
    seen.add(at);
    const next = childrenOf(nodes, at).at(-1)?.id;
    if (next === undefined || seen.has(next)) return at;
    at = next;
  }
}

/** The newest message of all. */
export function newestLeaf(nodes: NodeMap): string | null {
  return inTreeOrder(nodes).reduce<MessageNode | null>(
    (newest, node) => (newest === null || node.createdAt >= newest.createdAt ? node : newest),
    null,
  )?.id ?? null;
}

function sorted(nodes: MessageNode[] = []): MessageNode[] {
  return [...nodes].sort((a, b) => a.createdAt - b.createdAt);
}
