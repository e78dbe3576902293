// The same store without a browser's disk: for private windows that refuse IndexedDB, and for tests.
import type { DeskPlace, GoneRow, Seen, SentMark } from "./notes";
import type { HistoryNotes, HistoryStore, SearchHit } from "./store";
import type { Conversation, ConversationInfo, MessageNode } from "./types";

export class MemoryHistory implements HistoryStore {
  readonly #infos = new Map<string, ConversationInfo>();
  readonly #nodes = new Map<string, Map<string, MessageNode>>();
  readonly #notes = new MemoryNotes((id) => [...(this.#nodes.get(id)?.keys() ?? [])]);

  get notes(): HistoryNotes {
    return this.#notes;
  }

  list(): Promise<ConversationInfo[]> {
    return Promise.resolve([...this.#infos.values()].sort((a, b) => b.updatedAt - a.updatedAt));
  }

  load(id: string): Promise<Conversation | null> {
    const info = this.#infos.get(id);
    return Promise.resolve(info ? { info, nodes: [...(this.#nodes.get(id)?.values() ?? [])] } : null);
  }

  async save(info: ConversationInfo, changed: readonly MessageNode[]): Promise<void> {
    await this.absorb(info, changed);
    this.#notes.mark(info.id, ["", ...changed.map((node) => node.id)]);
  }

  absorb(info: ConversationInfo, changed: readonly MessageNode[]): Promise<void> {
    this.#infos.set(info.id, info);
    const nodes = this.#nodes.get(info.id) ?? new Map<string, MessageNode>();
    for (const node of changed) nodes.set(node.id, node);
    this.#nodes.set(info.id, nodes);
    return Promise.resolve();
  }

  async remove(id: string): Promise<void> {
    this.#notes.noteGone(id);
    await this.forget(id);
  }

  forget(id: string): Promise<void> {
    this.#infos.delete(id);
    this.#nodes.delete(id);
    this.#notes.drop(id);
    return Promise.resolve();
  }

  async search(query: string, limit = 50): Promise<SearchHit[]> {
    const words = query.toLowerCase().split(/\s+/).filter(Boolean);
    const infos = await this.list();
    const isHit = (info: ConversationInfo) => {
      const texts = [info.title, ...[...(this.#nodes.get(info.id)?.values() ?? [])].map((node) => node.text)];
      return texts.some((text) => words.every((word) => text.toLowerCase().includes(word)));
    };
    return infos.filter(isHit).slice(0, limit).map((info) => ({ info, snippet: "" }));
  }
}

class MemoryNotes implements HistoryNotes {
  #unsent: SentMark[] = [];
  readonly #places = new Map<string, DeskPlace>();
  readonly #gone = new Map<string, GoneRow>();
  readonly #seen = new Map<string, Seen>();
  readonly #idsOf: (conversationId: string) => string[];

  constructor(idsOf: (conversationId: string) => string[]) {
    this.#idsOf = idsOf;
  }

  mark(conversationId: string, ids: readonly string[]): void {
    this.#unsent = this.#unsent.filter((row) => row.conversationId !== conversationId || !ids.includes(row.id));
    this.#unsent.push(...ids.map((id) => ({ conversationId, id, mark: Math.random() })));
  }

  noteGone(id: string): void {
    const place = this.#places.get(id);
    if (place) this.#gone.set(id, place);
  }

  drop(id: string): void {
    this.#places.delete(id);
    this.#unsent = this.#unsent.filter((row) => row.conversationId !== id);
  }

  unsent(): Promise<SentMark[]> {
    return Promise.resolve([...this.#unsent]);
  }

  sent(marks: readonly SentMark[]): Promise<void> {
    const numbers = new Set(marks.map(({ mark }) => mark));
    this.#unsent = this.#unsent.filter(({ mark }) => !numbers.has(mark));
    return Promise.resolve();
  }

  markAll(conversationId: string): Promise<void> {
    this.mark(conversationId, ["", ...this.#idsOf(conversationId)]);
    return Promise.resolve();
  }

  places(): Promise<DeskPlace[]> {
    return Promise.resolve([...this.#places.values()]);
  }

  setPlace(place: DeskPlace): Promise<void> {
    this.#places.set(place.conversationId, place);
    return Promise.resolve();
  }

  gone(): Promise<GoneRow[]> {
    return Promise.resolve([...this.#gone.values()]);
  }

  clearGone(conversationId: string): Promise<void> {
    this.#gone.delete(conversationId);
    return Promise.resolve();
  }

  seen(owner: string): Promise<Seen> {
    return Promise.resolve(this.#seen.get(owner) ?? { owner, since: 0, epoch: "" });
  }

  setSeen(seen: Seen): Promise<void> {
    this.#seen.set(seen.owner, seen);
    return Promise.resolve();
  }
}
