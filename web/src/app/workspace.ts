// All conversations of this browser: which are open, which are kept, and one list of them for every tab.
import { fromFile } from "../history/file";
import type { HistoryStore } from "../history/store";
import type { Conversation, ConversationInfo } from "../history/types";
import { HistorySync } from "../history/sync";
import { ChatSession, type SessionPorts } from "../chat/session";

export interface WorkspaceState {
  infos: readonly ConversationInfo[];
  isLoaded: boolean;
  runningIds: ReadonlySet<string>;
}

export class Workspace {
  #state: WorkspaceState = { infos: [], isLoaded: false, runningIds: new Set() };
  #fresh: ChatSession | null = null;
  readonly #sessions = new Map<string, ChatSession>();
  readonly #listeners = new Set<() => void>();
  readonly #ports: SessionPorts;
  readonly sync: HistorySync;
  /** Told to the person: what became of a conversation without anybody's doing here. */
  onNews: ((text: string, droppedId?: string) => void) | null = null;
  readonly #channel = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel("cryptodesk.history");

  constructor(ports: Omit<SessionPorts, "onSaved">) {
    this.#ports = { ...ports, onSaved: (info) => this.#saved(info) };
    this.#channel?.addEventListener("message", () => void this.refresh());
    this.sync = new HistorySync({
      client: ports.client,
      history: ports.history,
      now: ports.now,
      opened: (id) => this.#sessions.get(id),
      onChanged: () => {
        void this.refresh();
        this.#channel?.postMessage("");
      },
      onDropped: (id) => {
        this.#sessions.delete(id);
        this.onNews?.("A conversation was deleted in another browser.", id);
      },
      onReturned: (title) => this.onNews?.(`“${title}” is back: another browser had gone on with it.`),
    });
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly state = (): WorkspaceState => this.#state;

  get history(): HistoryStore {
    return this.#ports.history;
  }

  async refresh(): Promise<void> {
    // A browser that keeps nothing has no list; the session says so when it cannot save.
    const infos = await this.#ports.history.list().catch(() => []);
    this.#set({ infos, isLoaded: true });
  }

  /** The conversation that has not begun yet. */
  fresh(): ChatSession {
    if (!this.#fresh || this.#fresh.state().nodes.size > 0) this.#fresh = this.#track(new ChatSession(this.#ports));
    return this.#fresh;
  }

  opened(id: string): ChatSession | undefined {
    return this.#sessions.get(id);
  }

  async open(id: string): Promise<ChatSession | null> {
    const known = this.#sessions.get(id);
    if (known) return known;
    const conversation = (await this.#ports.history.load(id)) ?? (await this.#fromDesk(id));
    // Another call may have opened it in the meantime, and there must be one of each.
    return this.#sessions.get(id) ?? (conversation ? this.#track(new ChatSession(this.#ports, conversation)) : null);
  }

  async rename(id: string, title: string): Promise<void> {
    await (await this.open(id))?.rename(title);
  }

  async remove(id: string): Promise<void> {
    this.#sessions.get(id)?.stop();
    this.#sessions.delete(id);
    await this.#ports.history.remove(id);
    this.#set({ infos: this.#state.infos.filter((info) => info.id !== id) });
    this.#channel?.postMessage(id);
    this.sync.soon();
  }

  /** The id of the conversation that was in the file. Throws FileFault. */
  async importFile(text: string): Promise<string> {
    const { info, nodes } = fromFile(text, this.#ports.now());
    await this.#ports.history.save(info, nodes);
    this.#saved(info);
    return info.id;
  }

  /** A link may be of a conversation that this browser does not have yet. */
  async #fromDesk(id: string): Promise<Conversation | null> {
    if (!this.#ports.client().hasKey) return null;
    await this.sync.run();
    return this.#ports.history.load(id);
  }

  /** Lets go of conversations that nobody looks at and that are at rest. */
  release(shownId: string): void {
    for (const [id, session] of this.#sessions) {
      if (id !== shownId && !session.isRunning && session !== this.#fresh) this.#sessions.delete(id);
    }
  }

  #track(session: ChatSession): ChatSession {
    this.#sessions.set(session.id, session);
    session.subscribe(() => this.#noteRunning(session));
    return session;
  }

  #noteRunning(session: ChatSession): void {
    if (this.#state.runningIds.has(session.id) === session.isRunning) return;
    const runningIds = new Set(this.#state.runningIds);
    if (session.isRunning) runningIds.add(session.id);
    else runningIds.delete(session.id);
    this.#set({ runningIds });
  }

  #saved(info: ConversationInfo): void {
    this.sync.soon();
    const known = this.#state.infos.find((each) => each.id === info.id);
    if (known === info) return;
    const others = this.#state.infos.filter((each) => each.id !== info.id);
    this.#set({ infos: [info, ...others].sort((a, b) => b.updatedAt - a.updatedAt) });
    this.#channel?.postMessage(info.id);
  }

  #set(change: Partial<WorkspaceState>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of this.#listeners) listener();
  }
}
