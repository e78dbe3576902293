// A conversation as a file that another person can open. Whatever is in a file from elsewhere is checked and bounded.
import type { AnswerExtra, TokenCounts } from "../api/types";
import { inTreeOrder, newestLeaf } from "./tree";
import type { AnswerNode, Conversation, MessageNode } from "./types";
import { newId } from "./types";

const SCHEMA = "cryptodesk.conversation/1";
const MOST_MESSAGES = 20_000;
const LONGEST_TEXT = 400_000;
const LONGEST_TITLE = 200;
export const LARGEST_FILE_BYTES = 100_000_000;

export class FileFault extends Error {
  override readonly name = "FileFault";
}

export function toFile(conversation: Conversation): string {
  const { info } = conversation;
  const byId = new Map(conversation.nodes.map((node) => [node.id, node]));
  const shared = { schema: SCHEMA, title: info.title, created_at: info.createdAt, head_id: info.headId };
  return JSON.stringify({ ...shared, messages: inTreeOrder(byId).map(shareable) }, null, 2);
}

/** A conversation of its own, with new ids. Throws FileFault. */
export function fromFile(text: string, now: number): Conversation {
  const file = parse(text);
  if (file.schema !== SCHEMA) throw new FileFault("This file is not a conversation that was exported from a desk.");
  if (!Array.isArray(file.messages) || file.messages.length > MOST_MESSAGES) throw new FileFault("The file has no readable messages.");
  const ids = new Map<string, string>();
  const nodes = file.messages.map((value: unknown) => readNode(value, ids, now));
  const map = new Map(nodes.map((node) => [node.id, node]));
  const headId = typeof file.head_id === "string" ? (ids.get(file.head_id) ?? null) : null;
  return {
    info: {
      id: newId(),
      title: plain(file.title, LONGEST_TITLE) || "Imported chat",
      isRenamed: true,
      createdAt: moment(file.created_at, now),
      updatedAt: now,
      headId: headId ?? newestLeaf(map),
    },
    nodes,
  };
}

/** A message as the desk keeps it, under the id that it has; null for what is none. */
export function readMessage(value: unknown, now: number): MessageNode | null {
  if (!isObject(value) || typeof value.id !== "string" || (value.role !== "user" && value.role !== "assistant")) return null;
  const parentId = typeof value.parentId === "string" ? value.parentId : null;
  const common = { id: value.id, parentId, text: String(value.text ?? "").slice(0, LONGEST_TEXT), createdAt: moment(value.createdAt, now) };
  if (value.role === "user") return { ...common, role: "user" };
  const runId = plain(value.runId, LONGEST_TITLE);
  return { ...common, role: "assistant", ...readAnswer(value), ...(runId ? { runId } : {}) };
}

/** Without what is of this machine alone. */
export function shareable(node: MessageNode): MessageNode {
  if (node.role === "user") return node;
  const { fault, ...rest } = node;
  return fault ? { ...rest, status: "failed" } : rest;
}

type Loose = Record<string, unknown>;

function parse(text: string): Loose {
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return value;
  } catch {
    // Told below, in the same words.
  }
  throw new FileFault("This file is not JSON.");
}

function readNode(value: unknown, ids: Map<string, string>, now: number): MessageNode {
  if (!isObject(value) || typeof value.id !== "string" || ids.has(value.id)) throw new FileFault("A message of the file cannot be read.");
  const id = newId();
  ids.set(value.id, id);
  // Parents come before their answers, so an unknown one is none.
  const parentId = typeof value.parentId === "string" ? (ids.get(value.parentId) ?? null) : null;
  const common = { id, parentId, text: String(value.text ?? "").slice(0, LONGEST_TEXT), createdAt: moment(value.createdAt, now) };
  if (value.role === "user") return { ...common, role: "user" };
  if (value.role !== "assistant") throw new FileFault("A message of the file has no known role.");
  return { ...common, role: "assistant", ...readAnswer(value) };
}

function readAnswer(value: Loose): Omit<AnswerNode, "id" | "parentId" | "role" | "text" | "createdAt"> {
  const status = value.status === "done" || value.status === "stopped" ? value.status : "failed";
  const extra = readExtra(value.extra);
  const usage = readUsage(value.usage);
  const model = plain(value.model, LONGEST_TITLE);
  const asOf = plain(value.asOf, LONGEST_TITLE);
  return {
    status,
    askedModel: plain(value.askedModel, LONGEST_TITLE),
    ...(model ? { model } : {}),
    ...(asOf ? { asOf } : {}),
    ...(extra ? { extra } : {}),
    ...(usage ? { usage } : {}),
    ...(typeof value.durationMs === "number" ? { durationMs: value.durationMs } : {}),
  };
}

const LISTS = ["resolution", "progress", "provenance", "citations", "charts", "related"] as const;
const OBJECTS = ["research", "verification", "outputs", "receipt"] as const;

/** Known members of the right kind; what is inside them is drawn behind an error boundary. */
function readExtra(value: unknown): AnswerExtra | null {
  if (!isObject(value)) return null;
  const kept: Loose = {};
  for (const name of LISTS) if (Array.isArray(value[name])) kept[name] = value[name];
  for (const name of OBJECTS) if (isObject(value[name])) kept[name] = value[name];
  if (typeof value.limit === "string") kept.limit = value.limit;
  return kept as AnswerExtra;
}

function readUsage(value: unknown): TokenCounts | null {
  if (!isObject(value)) return null;
  const { prompt_tokens, completion_tokens, total_tokens } = value;
  if (![prompt_tokens, completion_tokens, total_tokens].every((count) => typeof count === "number")) return null;
  return { prompt_tokens, completion_tokens, total_tokens } as TokenCounts;
}

function isObject(value: unknown): value is Loose {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function plain(value: unknown, longest: number): string {
  return typeof value === "string" ? value.replace(/[\p{Cc}\p{Cf}]/gu, " ").trim().slice(0, longest) : "";
}

function moment(value: unknown, now: number): number {
  return typeof value === "number" && Number.isFinite(value) && value > 0 && value <= 8.64e15 ? value : now;
}
