// The same store without a browser's disk: for private windows that refuse IndexedDB, and for tests.
import type { HistoryStore, SearchHit } from "./store";
import type { Conversation, ConversationInfo, MessageNode } from "./types";

export class MemoryHistory implements HistoryStore {
  readonly #infos = new Map<string, ConversationInfo>();
  readonly #nodes = new Map<string, Map<string, MessageNode>>();

  list(): Promise<ConversationInfo[]> {
    return Promise.resolve([...this.#infos.values()].sort((a, b) => b.updatedAt - a.updatedAt));
  }

  load(id: string): Promise<Conversation | null> {
    const info = this.#infos.get(id);
    return Promise.resolve(info ? { info, nodes: [...(this.#nodes.get(id)?.values() ?? [])] } : null);
  }

  save(info: ConversationInfo, changed: readonly MessageNode[]): Promise<void> {
    this.#infos.set(info.id, info);
    const nodes = this.#nodes.get(info.id) ?? new Map<string, MessageNode>();
    for (const node of changed) nodes.set(node.id, node);
    this.#nodes.set(info.id, nodes);
    return Promise.resolve();
  }

  remove(id: string): Promise<void> {
    this.#infos.delete(id);
    this.#nodes.delete(id);
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
