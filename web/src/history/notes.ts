// The database itself, and what is noted in it of the desk: what it has, what it has not, and what was deleted here.
import type { HistoryNotes } from "./store";

const NAME = "cryptodesk";
const VERSION = 2;

export const STORES = {
  infos: "conversations",
  messages: "messages",
  unsent: "unsent",
  places: "places",
  gone: "gone",
  seen: "seen",
} as const;

/** Something that the desk does not have; `mark` changes with each change of it. */
export interface SentMark {
  conversationId: string;
  id: string;
  mark: number;
}

/** A conversation that the desk keeps for the key `owner`, as of its `sequence`. */
export interface DeskPlace {
  conversationId: string;
  owner: string;
  sequence: number;
}

/** The newest change on the desk that this browser knows of, and of which counting. */
export interface Seen {
  owner: string;
  since: number;
  epoch: string;
}

/** One that was deleted in this browser, and not on the desk yet. */
export type GoneRow = DeskPlace;

export class IndexedNotes implements HistoryNotes {
  readonly #open: () => Promise<IDBDatabase>;

  constructor(open: () => Promise<IDBDatabase>) {
    this.#open = open;
  }

  unsent(): Promise<SentMark[]> {
    return this.#all<SentMark>(STORES.unsent);
  }

  async sent(marks: readonly SentMark[]): Promise<void> {
    await this.#write(STORES.unsent, (store) => {
      for (const { conversationId, id, mark } of marks) {
        const asked = store.get([conversationId, id]) as IDBRequest<SentMark | undefined>;
        // What was changed while it was on its way has another mark, and is sent again.
        asked.onsuccess = () => asked.result?.mark === mark && store.delete([conversationId, id]);
      }
    });
  }

  async markAll(conversationId: string): Promise<void> {
    const transaction = (await this.#open()).transaction([STORES.messages, STORES.unsent], "readwrite");
    const unsent = transaction.objectStore(STORES.unsent);
    const range = IDBKeyRange.bound([conversationId], [conversationId, []]);
    const asked = transaction.objectStore(STORES.messages).getAllKeys(range) as unknown as IDBRequest<[string, string][]>;
    asked.onsuccess = () => {
      for (const id of ["", ...asked.result.map((key) => key[1])]) unsent.put({ conversationId, id, mark: Math.random() });
    };
    await done(transaction);
  }

  places(): Promise<DeskPlace[]> {
    return this.#all<DeskPlace>(STORES.places);
  }

  async setPlace(place: DeskPlace): Promise<void> {
    await this.#write(STORES.places, (store) => store.put(place));
  }

  gone(): Promise<GoneRow[]> {
    return this.#all<GoneRow>(STORES.gone);
  }

  async clearGone(conversationId: string): Promise<void> {
    await this.#write(STORES.gone, (store) => store.delete(conversationId));
  }

  async seen(owner: string): Promise<Seen> {
    const rows = await this.#all<Seen>(STORES.seen);
    return rows.find((row) => row.owner === owner) ?? { owner, since: 0, epoch: "" };
  }

  async setSeen(seen: Seen): Promise<void> {
    await this.#write(STORES.seen, (store) => store.put(seen));
  }

  async #all<T>(name: string): Promise<T[]> {
    const asked = (await this.#open()).transaction(name, "readonly").objectStore(name).getAll() as IDBRequest<T[]>;
    return new Promise((resolve, reject) => {
      asked.onsuccess = () => resolve(asked.result);
      asked.onerror = () => reject(asked.error ?? new Error("The browser's storage failed."));
    });
  }

  async #write(name: string, change: (store: IDBObjectStore) => void): Promise<void> {
    const transaction = (await this.#open()).transaction(name, "readwrite");
    change(transaction.objectStore(name));
    await done(transaction);
  }
}

/** `onClosed` is called when the browser or another tab's newer version has closed it. */
export function openDatabase(factory: IDBFactory, onClosed: () => void): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = factory.open(NAME, VERSION);
    request.onupgradeneeded = (event) => upgrade(request, event.oldVersion);
    request.onerror = () => reject(request.error ?? new Error("The browser's storage cannot be opened."));
    request.onsuccess = () => {
      const database = request.result;
      // A newer version of the app in another tab must be able to upgrade.
      database.onversionchange = () => {
        database.close();
        onClosed();
      };
      database.onclose = onClosed;
      resolve(database);
    };
  });
}

function upgrade(request: IDBOpenDBRequest, from: number): void {
  const database = request.result;
  if (from < 1) {
    database.createObjectStore(STORES.infos, { keyPath: "id" });
    database.createObjectStore(STORES.messages, { keyPath: ["conversationId", "id"] });
  }
  if (from < 2) {
    const unsent = database.createObjectStore(STORES.unsent, { keyPath: ["conversationId", "id"] });
    database.createObjectStore(STORES.places, { keyPath: "conversationId" });
    database.createObjectStore(STORES.gone, { keyPath: "conversationId" });
    database.createObjectStore(STORES.seen, { keyPath: "owner" });
    if (from === 1 && request.transaction) noteOlder(request.transaction, unsent);
  }
}

/** Nothing of what was kept before this version is on a desk. */
function noteOlder(transaction: IDBTransaction, unsent: IDBObjectStore): void {
  const infos = transaction.objectStore(STORES.infos).getAllKeys() as unknown as IDBRequest<string[]>;
  infos.onsuccess = () => {
    for (const conversationId of infos.result) unsent.put({ conversationId, id: "", mark: Math.random() });
  };
  const messages = transaction.objectStore(STORES.messages).getAllKeys() as unknown as IDBRequest<[string, string][]>;
  messages.onsuccess = () => {
    for (const [conversationId, id] of messages.result) unsent.put({ conversationId, id, mark: Math.random() });
  };
}

export function done(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error ?? new Error("The browser's storage failed."));
  });
}
