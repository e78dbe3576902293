// One conversation at work: asks, streams, stops, branches and keeps it all. It outlives the components that show it.
import type { Client } from "../api/client";
import { faultOf } from "../api/errors";
import { mergeExtra } from "../api/merge";
import type { ChatChunk, RunReceipt } from "../api/types";
import type { HistoryStore } from "../history/store";
import { mergedInfo, newerOf } from "../history/merge";
import { UNTITLED, titleOf } from "../history/title";
import { endOf, type NodeMap, newestLeaf, pathTo } from "../history/tree";
import type { AnswerNode, Conversation, ConversationInfo, MessageNode, UserNode } from "../history/types";
import { newId } from "../history/types";
import { requestOf } from "./request";
import type { AskSettings } from "./settings";

export interface SessionState {
  info: ConversationInfo;
  nodes: NodeMap;
  path: readonly MessageNode[];
  /** The answer that is being written. */
  runningId: string | null;
  /** Why the browser does not keep the conversation. */
  storageFault: string | null;
}

export interface SessionPorts {
  client: () => Client;
  history: HistoryStore;
  now: () => number;
  onSaved?: (info: ConversationInfo) => void;
  onKeyRefused?: () => void;
}

const SHOW_EVERY_MS = 48;
const KEEP_EVERY_MS = 2_000;
const MOST_HEADS = 20;
const RECEIPT_AFTER_MS = [400, 1_200, 4_000];

export class ChatSession {
  #state: SessionState;
  #abort: AbortController | null = null;
  #showTimer: ReturnType<typeof setTimeout> | null = null;
  #keptAt = 0;
  // Ends of branches that were shown before, the latest first.
  #leftHeads: string[] = [];
  readonly #listeners = new Set<() => void>();
  readonly #ports: SessionPorts;

  constructor(ports: SessionPorts, conversation?: Conversation) {
    this.#ports = ports;
    this.#state = openState(conversation ?? emptyConversation(ports.now()));
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly state = (): SessionState => this.#state;

  get id(): string {
    return this.#state.info.id;
  }

  get isRunning(): boolean {
    return this.#abort !== null;
  }

  /** A question after `parentId`, by default the last message shown; then its answer. */
  async ask(text: string, settings: AskSettings, parentId = this.#state.info.headId): Promise<void> {
    const question = text.trim();
    if (!question || this.isRunning) return;
    const node: UserNode = { id: newId(), parentId, role: "user", text: question, createdAt: this.#ports.now() };
    this.#put(node);
    if (!this.#state.info.isRenamed && parentId === null) this.#change({ title: titleOf(question) });
    await this.#answer(node.id, settings);
  }

  /** Another answer to the question `questionId`, beside those it has. */
  async regenerate(questionId: string, settings: AskSettings): Promise<void> {
    if (!this.isRunning && this.#state.nodes.get(questionId)?.role === "user") await this.#answer(questionId, settings);
  }

  stop(): void {
    this.#abort?.abort();
  }

  /** Shows the version `id` and what follows it: as it was shown last, else by the newest version each time. */
  showBranch(id: string | null): void {
    if (this.isRunning || (id !== null && !this.#state.nodes.has(id)) || this.#state.path.some((node) => node.id === id)) return;
    const { headId } = this.#state.info;
    if (headId !== null) this.#leftHeads = [headId, ...this.#leftHeads.filter((left) => left !== headId)].slice(0, MOST_HEADS);
    this.#change({ headId: id === null ? null : this.#headUnder(id) });
    void this.#keep([]);
  }

  async rename(title: string): Promise<void> {
    this.#change({ title: titleOf(title), isRenamed: true, renamedAt: this.#ports.now() });
    await this.#keep([]);
  }

  /** What another browser added. What is shown goes on where it went on from here, and stays as it is elsewhere. */
  async absorb(told: ConversationInfo, messages: readonly MessageNode[]): Promise<void> {
    const changed = newerOf(this.#state.nodes, messages);
    const nodes = new Map(this.#state.nodes);
    for (const node of changed) nodes.set(node.id, node);
    const info = mergedInfo(this.#state.info, told);
    const { headId } = this.#state.info;
    const isAhead = !this.isRunning && pathTo(nodes, info.headId).some(({ id }) => id === headId);
    this.#state = { ...this.#state, nodes };
    this.#change({ ...info, headId: isAhead ? info.headId : headId });
    await this.#ports.history.absorb(this.#state.info, changed);
  }

  conversation(): Conversation {
    return { info: this.#state.info, nodes: [...this.#state.nodes.values()] };
  }

  async #answer(questionId: string, settings: AskSettings): Promise<void> {
    const abort = new AbortController();
    this.#abort = abort;
    const begun = this.#ports.now();
    const node: AnswerNode = {
      id: newId(),
      parentId: questionId,
      role: "assistant",
      text: "",
      // Siblings are ordered by time, and an answer never stands before its question.
      createdAt: begun + 1,
      status: "streaming",
      askedModel: settings.model,
      ...(settings.asOf ? { asOf: settings.asOf } : {}),
    };
    this.#put(node);
    this.#state = { ...this.#state, runningId: node.id };
    this.#emit();
    await this.#keep([this.#node(questionId), node]);
    const end = await this.#stream(node.id, questionId, settings, abort.signal);
    this.#update(node.id, { ...end, durationMs: this.#ports.now() - begun });
    this.#abort = null;
    this.#state = { ...this.#state, runningId: null };
    this.#emit();
    await this.#keep([this.#node(node.id)]);
    if (end.status !== "done") void this.#fetchReceipt(node.id);
  }

  async #stream(id: string, questionId: string, settings: AskSettings, signal: AbortSignal): Promise<Partial<AnswerNode>> {
    try {
      const request = requestOf(pathTo(this.#state.nodes, questionId), settings);
      for await (const chunk of this.#ports.client().chat(request, signal)) this.#take(id, chunk);
      return { status: "done" };
    } catch (error) {
      const fault = faultOf(error);
      if (fault === null || signal.aborted) return { status: "stopped" };
      // A desk without the research graph still answers with its tools.
      if (fault.param === "cryptodesk.research" && settings.isResearch) {
        return this.#stream(id, questionId, { ...settings, isResearch: false }, signal);
      }
      if (fault.kind === "key") this.#ports.onKeyRefused?.();
      return { status: "failed", fault };
    }
  }

  #take(id: string, chunk: ChatChunk): void {
    const node = this.#node(id) as AnswerNode;
    const delta = chunk.choices?.[0]?.delta;
    const text = delta?.content ?? delta?.refusal ?? "";
    const change: Partial<AnswerNode> = {
      ...(text ? { text: node.text + text } : {}),
      ...(chunk.cryptodesk ? { extra: mergeExtra(node.extra ?? {}, chunk.cryptodesk) } : {}),
      ...(chunk.usage ? { usage: chunk.usage } : {}),
      ...(chunk.model ? { model: chunk.model } : {}),
      ...(chunk.id ? { runId: chunk.id } : {}),
    };
    this.#update(id, change);
    this.#showSoon();
    if (this.#ports.now() - this.#keptAt >= KEEP_EVERY_MS) void this.#keep([this.#node(id)]);
  }

  /** What a run has cost that ended without saying so. */
  async #fetchReceipt(id: string): Promise<void> {
    const { runId } = this.#node(id) as AnswerNode;
    if (!runId) return;
    for (const wait of RECEIPT_AFTER_MS) {
      await new Promise((resolve) => setTimeout(resolve, wait));
      const receipt = await this.#ports.client().receipt(runId).catch(() => null);
      if (receipt?.status !== "settled") continue;
      const { id: run_id, total_usd, held_usd, is_estimated } = receipt;
      const told: RunReceipt = { run_id, total_usd, held_usd, is_estimated, price_versions: [] };
      this.#update(id, { extra: { ...(this.#node(id) as AnswerNode).extra, receipt: told } });
      this.#emit();
      return this.#keep([this.#node(id)]);
    }
  }

  #headUnder(id: string): string {
    const { nodes } = this.#state;
    const left = this.#leftHeads.find((head) => pathTo(nodes, head).some((node) => node.id === id));
    return left ?? endOf(nodes, id);
  }

  #node(id: string): MessageNode {
    const node = this.#state.nodes.get(id);
    if (!node) throw new Error("The message is gone.");
    return node;
  }

  #put(node: MessageNode): void {
    const nodes = new Map(this.#state.nodes).set(node.id, node);
    this.#state = { ...this.#state, nodes };
    this.#change({ headId: node.id, updatedAt: this.#ports.now() });
  }

  #update(id: string, change: Partial<AnswerNode>): void {
    const node = { ...this.#node(id), ...change } as AnswerNode;
    // The map is ours alone while an answer is written, and a copy of thousands of entries a token would be felt.
    (this.#state.nodes as Map<string, MessageNode>).set(id, node);
    const at = this.#state.path.length - 1;
    const path = this.#state.path[at]?.id === id ? [...this.#state.path.slice(0, at), node] : pathTo(this.#state.nodes, this.#state.info.headId);
    this.#state = { ...this.#state, path };
  }

  #change(change: Partial<ConversationInfo>): void {
    const info = { ...this.#state.info, ...change };
    this.#state = { ...this.#state, info, path: pathTo(this.#state.nodes, info.headId) };
    this.#emit();
  }

  async #keep(changed: readonly MessageNode[]): Promise<void> {
    this.#keptAt = this.#ports.now();
    const { info } = this.#state;
    try {
      await this.#ports.history.save(info, changed);
      this.#ports.onSaved?.(info);
    } catch (error) {
      const storageFault = error instanceof Error ? error.message : "The browser does not keep this conversation.";
      this.#state = { ...this.#state, storageFault };
      this.#emit();
    }
  }

  #showSoon(): void {
    this.#showTimer ??= setTimeout(() => this.#emit(), SHOW_EVERY_MS);
  }

  #emit(): void {
    if (this.#showTimer !== null) clearTimeout(this.#showTimer);
    this.#showTimer = null;
    for (const listener of this.#listeners) listener();
  }
}

function emptyConversation(now: number): Conversation {
  const info = { id: newId(), title: UNTITLED, isRenamed: false, createdAt: now, updatedAt: now, headId: null };
  return { info, nodes: [] };
}

/** A conversation that was left while an answer was written has that answer as far as it came. */
function openState({ info, nodes }: Conversation): SessionState {
  const settled = nodes.map((node) => (node.role === "assistant" && node.status === "streaming" ? { ...node, status: "stopped" as const } : node));
  const map: NodeMap = new Map(settled.map((node) => [node.id, node]));
  const headId = info.headId !== null && map.has(info.headId) ? info.headId : newestLeaf(map);
  return { info: { ...info, headId }, nodes: map, path: pathTo(map, headId), runningId: null, storageFault: null };
}
