// Conversations in the browser's IndexedDB. Messages have rows of their own, so that a long chat is not written anew.
// What the desk does not have yet is noted in the same transaction, so that no message is forgotten on its way there.
import { type DeskPlace, done, type GoneRow, IndexedNotes, openDatabase, type Seen, type SentMark, STORES } from "./notes";
import type { Conversation, ConversationInfo, MessageNode } from "./types";

interface MessageRow {
  conversationId: string;
  id: string;
  node: MessageNode;
}

export interface HistoryStore {
  list(): Promise<ConversationInfo[]>;
  load(id: string): Promise<Conversation | null>;
  save(info: ConversationInfo, changed: readonly MessageNode[]): Promise<void>;
  remove(id: string): Promise<void>;
  /** Conversations in whose title or text every word of `query` occurs, newest first. */
  search(query: string, limit?: number): Promise<SearchHit[]>;
  /** As `save`, of what came from the desk. */
  absorb(info: ConversationInfo, changed: readonly MessageNode[]): Promise<void>;
  /** As `remove`, of what was deleted elsewhere. */
  forget(id: string): Promise<void>;
  readonly notes: HistoryNotes;
}

/** What is known of each conversation's place on the desk. A mark of the empty id is of the conversation's own facts. */
export interface HistoryNotes {
  unsent(): Promise<SentMark[]>;
  sent(marks: readonly SentMark[]): Promise<void>;
  markAll(conversationId: string): Promise<void>;
  places(): Promise<DeskPlace[]>;
  setPlace(place: DeskPlace): Promise<void>;
  gone(): Promise<GoneRow[]>;
  clearGone(conversationId: string): Promise<void>;
  seen(owner: string): Promise<Seen>;
  setSeen(seen: Seen): Promise<void>;
}

export interface SearchHit {
  info: ConversationInfo;
  snippet: string;
}

const MOST_HITS = 50;

export class IndexedHistory implements HistoryStore {
  #opened: Promise<IDBDatabase> | null = null;
  readonly #factory: IDBFactory;
  readonly notes: HistoryNotes;

  constructor(factory: IDBFactory = indexedDB) {
    this.#factory = factory;
    this.notes = new IndexedNotes(() => this.#open());
  }

  async list(): Promise<ConversationInfo[]> {
    const infos = await this.#read<ConversationInfo[]>(STORES.infos, (store) => store.getAll());
    return infos.sort((a, b) => b.updatedAt - a.updatedAt);
  }

  async load(id: string): Promise<Conversation | null> {
    const info = await this.#read<ConversationInfo | undefined>(STORES.infos, (store) => store.get(id));
    if (!info) return null;
    const rows = await this.#read<MessageRow[]>(STORES.messages, (store) => store.getAll(rangeOf(id)));
    return { info, nodes: rows.map((row) => row.node) };
  }

  async save(info: ConversationInfo, changed: readonly MessageNode[]): Promise<void> {
    await this.#write((transaction) => {
      put(transaction, info, changed);
      const unsent = transaction.objectStore(STORES.unsent);
      for (const id of ["", ...changed.map((node) => node.id)]) unsent.put({ conversationId: info.id, id, mark: Math.random() } satisfies SentMark);
    });
  }

  async absorb(info: ConversationInfo, changed: readonly MessageNode[]): Promise<void> {
    await this.#write((transaction) => put(transaction, info, changed));
  }

  async remove(id: string): Promise<void> {
    await this.#write((transaction) => {
      const places = transaction.objectStore(STORES.places);
      const asked = places.get(id) as IDBRequest<DeskPlace | undefined>;
      asked.onsuccess = () => {
        if (asked.result) transaction.objectStore(STORES.gone).put({ ...asked.result } satisfies GoneRow);
        drop(transaction, id);
      };
    });
  }

  async forget(id: string): Promise<void> {
    await this.#write((transaction) => drop(transaction, id));
  }

  async search(query: string, limit = MOST_HITS): Promise<SearchHit[]> {
    const words = query.toLowerCase().split(/\s+/).filter(Boolean);
    const infos = await this.list();
    if (!words.length) return infos.slice(0, limit).map((info) => ({ info, snippet: "" }));
    const hits: SearchHit[] = [];
    for (const info of infos) {
      const snippet = words.every((word) => info.title.toLowerCase().includes(word)) ? "" : await this.#find(info.id, words);
      if (snippet !== null) hits.push({ info, snippet });
      if (hits.length >= limit) break;
    }
    return hits;
  }

  async #find(id: string, words: readonly string[]): Promise<string | null> {
    const rows = await this.#read<MessageRow[]>(STORES.messages, (store) => store.getAll(rangeOf(id)));
    for (const { node } of rows) {
      const text = node.text.toLowerCase();
      if (words.every((word) => text.includes(word))) return snippetOf(node.text, text.indexOf(words[0] ?? ""));
    }
    return null;
  }

  async #read<T>(name: string, ask: (store: IDBObjectStore) => IDBRequest): Promise<T> {
    const store = (await this.#open()).transaction(name, "readonly").objectStore(name);
    return promised<T>(ask(store) as IDBRequest<T>);
  }

  async #write(change: (transaction: IDBTransaction) => void): Promise<void> {
    const transaction = (await this.#open()).transaction(Object.values(STORES), "readwrite");
    change(transaction);
    await done(transaction);
  }

  #open(): Promise<IDBDatabase> {
    this.#opened ??= openDatabase(this.#factory, () => {
      this.#opened = null;
    });
    return this.#opened;
  }
}

function put(transaction: IDBTransaction, info: ConversationInfo, changed: readonly MessageNode[]): void {
  transaction.objectStore(STORES.infos).put(info);
  const messages = transaction.objectStore(STORES.messages);
  for (const node of changed) messages.put({ conversationId: info.id, id: node.id, node } satisfies MessageRow);
}

function drop(transaction: IDBTransaction, id: string): void {
  transaction.objectStore(STORES.infos).delete(id);
  transaction.objectStore(STORES.places).delete(id);
  for (const name of [STORES.messages, STORES.unsent]) transaction.objectStore(name).delete(rangeOf(id));
}

/** Every row of one conversation: ids are text, and an array sorts after any text. */
function rangeOf(conversationId: string): IDBKeyRange {
  return IDBKeyRange.bound([conversationId], [conversationId, []]);
}

function promised<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("The browser's storage failed."));
  });
}

const BEFORE = 30;
const AFTER = 90;

function snippetOf(text: string, at: number): string {
  const start = Math.max(0, at - BEFORE);
  const cut = text.slice(start, at + AFTER).replace(/\s+/g, " ").trim();
  return `${start > 0 ? "…" : ""}${cut}${at + AFTER < text.length ? "…" : ""}`;
}
