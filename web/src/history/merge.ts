// What two browsers know of one conversation, put together: every message of both, and of each fact the later one.
import type { ConversationInfo, MessageNode } from "./types";

/** How far a message is: of two versions of the same one the further is right. Nobody else can see what is being written. */
export function revisionOf(node: MessageNode): number {
  if (node.role === "user") return 1;
  if (node.status === "streaming") return 0;
  return node.extra?.receipt ? 3 : 2;
}

/** Those of `told` that are new here, or further. */
export function newerOf(known: ReadonlyMap<string, MessageNode>, told: readonly MessageNode[]): MessageNode[] {
  return told.filter((node) => {
    const mine = known.get(node.id);
    return mine === undefined || revisionOf(node) > revisionOf(mine);
  });
}

export function mergedInfo(mine: ConversationInfo, told: ConversationInfo): ConversationInfo {
  const renamed = renamedAt(told) > renamedAt(mine) ? told : mine;
  const latest = told.updatedAt > mine.updatedAt ? told : mine;
  return {
    ...mine,
    title: renamed.title,
    isRenamed: renamed.isRenamed,
    renamedAt: renamedAt(renamed),
    createdAt: Math.min(mine.createdAt, told.createdAt),
    updatedAt: latest.updatedAt,
    headId: latest.headId ?? mine.headId,
  };
}

/** 0 for a title that nobody gave. */
export function renamedAt(info: ConversationInfo): number {
  return info.renamedAt ?? (info.isRenamed ? 1 : 0);
}
