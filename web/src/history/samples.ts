// Conversations for tests.
import type { AnswerNode, Conversation, MessageNode, UserNode } from "./types";

export function question(id: string, parentId: string | null, text: string, createdAt = 1): UserNode {
  return { id, parentId, role: "user", text, createdAt };
}

export function answer(id: string, parentId: string, text: string, more: Partial<AnswerNode> = {}): AnswerNode {
  return { id, parentId, role: "assistant", text, createdAt: 2, status: "done", askedModel: "m", ...more };
}

export function conversation(nodes: MessageNode[], headId: string | null = nodes.at(-1)?.id ?? null, id = "c1"): Conversation {
  return { info: { id, title: "Bitcoin's year", isRenamed: false, createdAt: Date.parse("2026-11-22T12:00:00Z"), updatedAt: 5, headId }, nodes };
}
