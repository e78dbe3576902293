// Keeps this browser's conversations and the desk's the same. What either has goes to the other; nothing that somebody wrote
// is ever replaced by something else, and what cannot be sent now waits here.
import { ApiError, faultOf } from "../api/errors";
import type { Client } from "../api/client";
import type { KeptConversation } from "../api/historyTypes";
import { readMessage } from "./file";
import { mergedInfo, newerOf } from "./merge";
import type { DeskPlace, GoneRow, Seen, SentMark } from "./notes";
import { chunksOf, mergeBody, sendable } from "./sending";
import type { HistoryStore } from "./store";
import type { Conversation, ConversationInfo, MessageNode } from "./types";

export interface SyncState {
  status: "off" | "unsupported" | "syncing" | "synced" | "waiting" | "full" | "failed";
  /** What a person can do about it. */
  complaint: string;
  /** Conversations that were kept for another key: they stay in this browser. */
  others: number;
}

export interface OpenChat {
  readonly isRunning: boolean;
  conversation(): Conversation;
  absorb(info: ConversationInfo, told: readonly MessageNode[]): Promise<void>;
}

export interface SyncPorts {
  client: () => Client;
  history: HistoryStore;
  now: () => number;
  opened: (id: string) => OpenChat | undefined;
  onChanged: () => void;
  /** It was deleted in another browser. */
  onDropped: (id: string) => void;
  /** It was deleted here, and is back because another browser had gone on with it. */
  onReturned: (title: string) => void;
}

const LEARN = Number.MAX_SAFE_INTEGER;
const SOON_MS = 1_500;

/** What one pass knows. */
interface Pass {
  client: Client;
  owner: string;
  places: Map<string, DeskPlace>;
  gone: Map<string, GoneRow>;
}

export class HistorySync {
  #state: SyncState = { status: "off", complaint: "", others: 0 };
  #running: Promise<void> | null = null;
  #isAgain = false;
  #timer: ReturnType<typeof setTimeout> | null = null;
  readonly #listeners = new Set<() => void>();
  readonly #ports: SyncPorts;

  constructor(ports: SyncPorts) {
    this.#ports = ports;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly state = (): SyncState => this.#state;

  /** After a change here: once it is quiet. */
  soon(): void {
    if (this.#state.status === "off" || this.#state.status === "unsupported") return;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.run(), SOON_MS);
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#set({ status: "off", complaint: "", others: 0 });
  }

  /** Both ways, once; a call during a pass makes another one after it. */
  run(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#running) this.#isAgain = true;
    this.#running ??= this.#passes().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  /** Conversations of another key become this one's too. */
  async adopt(): Promise<void> {
    const { notes } = this.#ports.history;
    const owner = (await this.#ports.client().conversations(LEARN)).key_id;
    for (const place of await notes.places()) {
      if (place.owner === owner) continue;
      await notes.setPlace({ ...place, owner, sequence: 0 });
      await notes.markAll(place.conversationId);
    }
    await this.run();
  }

  async #passes(): Promise<void> {
    do {
      this.#isAgain = false;
      await this.#tell();
    } while (this.#isAgain);
  }

  async #tell(): Promise<void> {
    const client = this.#ports.client();
    if (!client.hasKey) return this.stop();
    this.#set({ status: "syncing" });
    try {
      const complaint = await this.#pass(client);
      this.#set({ status: complaint ? "failed" : "synced", complaint });
    } catch (error) {
      this.#set(stateOf(error));
    }
  }

  /** What could not be sent, in words. */
  async #pass(client: Client): Promise<string> {
    const { notes } = this.#ports.history;
    const head = await client.conversations(LEARN);
    const places = new Map((await notes.places()).map((place) => [place.conversationId, place]));
    const gone = new Map((await notes.gone()).map((row) => [row.conversationId, row]));
    const pass = { client, owner: head.key_id, places, gone };
    const seen = await notes.seen(pass.owner);
    const isAnew = seen.epoch !== "" && seen.epoch !== head.epoch;
    if (isAnew || head.latest < Math.max(seen.since, ...sequencesOf(pass))) {
      // The desk was set up anew, or from an older backup: it is given everything that is here.
      seen.since = 0;
      await this.#sendAllAgain(pass);
    }
    if (seen.epoch !== head.epoch || seen.since === 0) await notes.setSeen({ ...seen, epoch: head.epoch });
    if (head.latest > seen.since) await this.#pull(pass, { ...seen, epoch: head.epoch });
    await this.#deleteGone(pass);
    const complaint = await this.#push(pass);
    this.#set({ others: [...places.values()].filter(({ owner }) => owner !== pass.owner).length });
    return complaint;
  }

  // -- from the desk ------------------------------------------------------------------------------------------------------

  async #pull(pass: Pass, seen: Seen): Promise<void> {
    const { notes } = this.#ports.history;
    let isChanged = false;
    for (let { since } = seen, hasMore = true; hasMore; ) {
      const page = await pass.client.conversations(since);
      for (const kept of page.data) isChanged = (await this.#take(pass, kept)) || isChanged;
      hasMore = page.has_more;
      since = page.next ?? since;
      await notes.setSeen({ ...seen, since });
    }
    if (isChanged) this.#ports.onChanged();
  }

  async #take(pass: Pass, kept: KeptConversation): Promise<boolean> {
    const place = pass.places.get(kept.id);
    if (place && place.owner !== pass.owner) return false;
    if (kept.is_deleted) return this.#takeDeletion(pass, kept.id);
    // What was last sent from here comes back as a change, too.
    if (place && kept.sequence <= place.sequence) return false;
    const gone = pass.gone.get(kept.id);
    if (gone && kept.sequence <= gone.sequence) return false;
    const told = await this.#fetch(pass.client, kept.id, place?.sequence ?? 0);
    if (!told) return false;
    await this.#absorb(infoOf(kept, this.#ports.now()), told);
    await this.#setPlace(pass, kept.id, kept.sequence);
    if (gone) {
      await this.#clearGone(pass, kept.id);
      this.#ports.onReturned(kept.title ?? "");
    }
    return true;
  }

  async #takeDeletion(pass: Pass, id: string): Promise<boolean> {
    if (pass.gone.has(id)) await this.#clearGone(pass, id);
    if (!pass.places.has(id)) return false;
    const unsent = await this.#ports.history.notes.unsent();
    // Something was written here that the other browser had not seen: it is sent, and brings the conversation back.
    if (this.#ports.opened(id)?.isRunning || unsent.some((mark) => mark.conversationId === id && mark.id !== "")) return false;
    await this.#ports.history.forget(id);
    pass.places.delete(id);
    this.#ports.onDropped(id);
    return true;
  }

  /** null where it was deleted this very moment, which is told as a change of its own. */
  async #fetch(client: Client, id: string, from: number): Promise<MessageNode[] | null> {
    const found: MessageNode[] = [];
    for (let since = from, hasMore = true; hasMore; ) {
      const page = await client.conversation(id, since).catch(noneIfMissing);
      if (!page) return null;
      for (const row of page.data) {
        since = row.sequence;
        const node = readMessage(row.message, this.#ports.now());
        if (node) found.push(node);
      }
      hasMore = page.has_more;
    }
    return found;
  }

  async #absorb(info: ConversationInfo, told: readonly MessageNode[]): Promise<void> {
    const { history, opened } = this.#ports;
    if (!opened(info.id)) {
      const mine = await history.load(info.id);
      const nodes = new Map((mine?.nodes ?? []).map((node) => [node.id, node]));
      await history.absorb(mine ? mergedInfo(mine.info, info) : info, newerOf(nodes, told));
    }
    // Opened meanwhile, too.
    await opened(info.id)?.absorb(info, told);
  }

  // -- to the desk --------------------------------------------------------------------------------------------------------

  async #deleteGone(pass: Pass): Promise<void> {
    for (const row of pass.gone.values()) {
      if (row.owner !== pass.owner) continue;
      try {
        await pass.client.deleteConversation(row.conversationId, row.sequence);
      } catch (error) {
        const fault = faultOf(error);
        // Changed there this very moment: the next pass brings it back.
        if (fault?.code === "changed_meanwhile") this.#isAgain = true;
        else if (fault?.kind !== "missing") throw error;
      }
      await this.#ports.history.notes.clearGone(row.conversationId);
    }
  }

  async #push(pass: Pass): Promise<string> {
    let complaint = "";
    for (const [id, mine] of byConversation(await this.#ports.history.notes.unsent())) {
      const place = pass.places.get(id);
      if ((place && place.owner !== pass.owner) || this.#ports.opened(id)?.isRunning) continue;
      try {
        complaint = (await this.#send(pass, id, mine)) || complaint;
      } catch (error) {
        const fault = faultOf(error);
        // One that the desk does not take must not keep the others here.
        if (fault?.kind !== "request" || fault.status === 413) throw error;
        complaint = fault.message;
      }
    }
    return complaint;
  }

  async #send(pass: Pass, id: string, marks: readonly SentMark[], restores = false): Promise<string> {
    const { history, opened, now } = this.#ports;
    const conversation = opened(id)?.conversation() ?? (await history.load(id));
    if (!conversation?.nodes.length) {
      await history.notes.sent(marks);
      return "";
    }
    const { ready, tooLarge } = sendable(conversation, marks, now());
    for (const chunk of chunksOf(ready)) {
      const known = pass.places.get(id)?.sequence ?? 0;
      try {
        const merged = await pass.client.mergeConversation(id, mergeBody(conversation.info, chunk, restores));
        // Where something came in between, what is known stays where it was, and is fetched from there.
        await this.#setPlace(pass, id, merged.before === known || merged.is_new ? merged.sequence : known);
        if (merged.is_new && known > 0) return await this.#sendAll(pass, id, restores);
      } catch (error) {
        if (faultOf(error)?.kind !== "missing" || restores) throw error;
        return await this.#sendAll(pass, id, true);
      }
      const sent = new Set(chunk.map(({ node }) => node.id)).add("");
      await history.notes.sent(marks.filter((mark) => sent.has(mark.id)));
    }
    return tooLarge ? "A message is too large for the desk and stays in this browser." : "";
  }

  async #sendAll(pass: Pass, id: string, restores: boolean): Promise<string> {
    const { notes } = this.#ports.history;
    await notes.markAll(id);
    await this.#setPlace(pass, id, 0);
    const marks = (await notes.unsent()).filter((mark) => mark.conversationId === id);
    return this.#send(pass, id, marks, restores);
  }

  async #sendAllAgain(pass: Pass): Promise<void> {
    const { notes } = this.#ports.history;
    for (const place of pass.places.values()) {
      if (place.owner !== pass.owner) continue;
      await this.#setPlace(pass, place.conversationId, 0);
      await notes.markAll(place.conversationId);
    }
  }

  async #setPlace(pass: Pass, conversationId: string, sequence: number): Promise<void> {
    const place = { conversationId, owner: pass.owner, sequence };
    pass.places.set(conversationId, place);
    await this.#ports.history.notes.setPlace(place);
  }

  async #clearGone(pass: Pass, id: string): Promise<void> {
    pass.gone.delete(id);
    await this.#ports.history.notes.clearGone(id);
  }

  #set(change: Partial<SyncState>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of this.#listeners) listener();
  }
}

function stateOf(error: unknown): Partial<SyncState> {
  const fault = faultOf(error);
  if (!(error instanceof ApiError) || !fault) return { status: "failed", complaint: fault?.message ?? "" };
  if (fault.kind === "missing") return { status: "unsupported", complaint: "" };
  if (fault.kind === "key") return { status: "off", complaint: "" };
  if (fault.status === 413) return { status: "full", complaint: fault.message };
  const isLater = fault.kind === "offline" || fault.kind === "broken" || fault.canRetry;
  return { status: isLater ? "waiting" : "failed", complaint: fault.message };
}

function sequencesOf({ places, owner }: Pass): number[] {
  return [...places.values()].filter((place) => place.owner === owner).map(({ sequence }) => sequence);
}

function noneIfMissing(error: unknown): null {
  if (faultOf(error)?.kind === "missing") return null;
  throw error;
}

function byConversation(marks: readonly SentMark[]): Map<string, SentMark[]> {
  const found = new Map<string, SentMark[]>();
  for (const mark of marks) {
    const mine = found.get(mark.conversationId);
    if (mine) mine.push(mark);
    else found.set(mark.conversationId, [mark]);
  }
  return found;
}

function infoOf(kept: KeptConversation, now: number): ConversationInfo {
  return {
    id: kept.id,
    title: kept.title ?? "",
    isRenamed: (kept.renamed_at ?? 0) > 0,
    renamedAt: kept.renamed_at ?? 0,
    createdAt: kept.created_at ?? now,
    updatedAt: kept.updated_at ?? now,
    headId: kept.head_id ?? null,
  };
}
