// Conversations in the browser's IndexedDB. Messages have rows of their own, so that a long chat is not written anew.
import type { Conversation, ConversationInfo, MessageNode } from "./types";

const NAME = "cryptodesk";
const VERSION = 1;
const INFOS = "conversations";
const MESSAGES = "messages";

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
}

export interface SearchHit {
  info: ConversationInfo;
  snippet: string;
}

const MOST_HITS = 50;

export class IndexedHistory implements HistoryStore {
  #opened: Promise<IDBDatabase> | null = null;
  readonly #factory: IDBFactory;

  constructor(factory: IDBFactory = indexedDB) {
    this.#factory = factory;
  }

  async list(): Promise<ConversationInfo[]> {
    const infos = await this.#read<ConversationInfo[]>(INFOS, (store) => store.getAll());
    return infos.sort((a, b) => b.updatedAt - a.updatedAt);
  }

  async load(id: string): Promise<Conversation | null> {
    const info = await this.#read<ConversationInfo | undefined>(INFOS, (store) => store.get(id));
    if (!info) return null;
    const rows = await this.#read<MessageRow[]>(MESSAGES, (store) => store.getAll(rangeOf(id)));
    return { info, nodes: rows.map((row) => row.node) };
  }

  async save(info: ConversationInfo, changed: readonly MessageNode[]): Promise<void> {
    await this.#write((infos, messages) => {
      infos.put(info);
      for (const node of changed) messages.put({ conversationId: info.id, id: node.id, node } satisfies MessageRow);
    });
  }

  async remove(id: string): Promise<void> {
    await this.#write((infos, messages) => {
      infos.delete(id);
      messages.delete(rangeOf(id));
    });
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
    const rows = await this.#read<MessageRow[]>(MESSAGES, (store) => store.getAll(rangeOf(id)));
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

  async #write(change: (infos: IDBObjectStore, messages: IDBObjectStore) => void): Promise<void> {
    const transaction = (await this.#open()).transaction([INFOS, MESSAGES], "readwrite");
    change(transaction.objectStore(INFOS), transaction.objectStore(MESSAGES));
    await new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error ?? new Error("The browser refused to store the conversation."));
    });
  }

  #open(): Promise<IDBDatabase> {
    this.#opened ??= new Promise((resolve, reject) => {
      const request = this.#factory.open(NAME, VERSION);
      request.onupgradeneeded = () => {
        request.result.createObjectStore(INFOS, { keyPath: "id" });
        request.result.createObjectStore(MESSAGES, { keyPath: ["conversationId", "id"] });
      };
      request.onerror = () => reject(request.error ?? new Error("The browser's storage cannot be opened."));
      request.onsuccess = () => {
        // A newer version of the app in another tab must be able to upgrade.
        request.result.onversionchange = () => request.result.close();
        resolve(request.result);
      };
    });
    return this.#opened;
  }
}

/** Every message of one conversation: ids are text, and an array sorts after any text. */
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
