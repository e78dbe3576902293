// @vitest-environment node
import { beforeEach, expect, it } from "vitest";
import { ApiError, type Fault } from "../api/errors";
import type { Client } from "../api/client";
import type { ConversationMerge } from "../api/historyTypes";
import { MemoryHistory } from "./memory";
import { answer, question } from "./samples";
import { HistorySync, type OpenChat } from "./sync";
import type { ConversationInfo, MessageNode } from "./types";

interface Kept {
  sequence: number;
  isDeleted: boolean;
  told: Omit<ConversationMerge, "messages" | "restore">;
  messages: Map<string, { revision: number; sequence: number; message: unknown }>;
}

/** The desk's side of /v1/history, as its own tests describe it. */
class FakeDesk {
  kept = new Map<string, Kept>();
  sequence = 0;
  epoch = "e1";
  keyId = "k1";
  fault: Fault | null = null;
  pageSize = 2;
  /** Called before a request is answered, to let something else come in between. */
  before: ((path: string) => void) | null = null;

  client(hasKey = true): Client {
    return {
      hasKey,
      conversations: async (since: number) => this.#list(since),
      conversation: async (id: string, since: number) => this.#get(id, since),
      mergeConversation: async (id: string, told: ConversationMerge) => this.merge(id, told),
      deleteConversation: async (id: string, sequence: number) => this.#delete(id, sequence),
    } as unknown as Client;
  }

  #enter(path: string): void {
    if (this.fault) throw new ApiError(this.fault);
    const { before } = this;
    this.before = null;
    before?.(path);
  }

  #list(since: number) {
    this.#enter("list");
    const later = [...this.kept].filter(([, kept]) => kept.sequence > since).sort(([, a], [, b]) => a.sequence - b.sequence);
    const data = later.slice(0, this.pageSize).map(([id, kept]) => ({ id, sequence: kept.sequence, is_deleted: kept.isDeleted, ...kept.told }));
    return { data, has_more: later.length > this.pageSize, next: data.at(-1)?.sequence ?? null, latest: this.sequence, epoch: this.sequence ? this.epoch : "", key_id: this.keyId, size: 0, most_size: 0 };
  }

  #get(id: string, since: number) {
    this.#enter("get");
    const kept = this.kept.get(id);
    if (!kept || kept.isDeleted) throw missing();
    const later = [...kept.messages.values()].filter((row) => row.sequence > since).sort((a, b) => a.sequence - b.sequence);
    return { id, sequence: kept.sequence, is_deleted: false, data: later.slice(0, this.pageSize), has_more: later.length > this.pageSize };
  }

  merge(id: string, { messages, restore, ...told }: ConversationMerge) {
    this.#enter("merge");
    const known = this.kept.get(id);
    if (known?.isDeleted && !restore) throw missing();
    const isNew = !known || known.isDeleted;
    const kept: Kept = isNew ? { sequence: 0, isDeleted: false, told, messages: new Map() } : known;
    for (const { revision, message } of messages) {
      const mine = kept.messages.get((message as MessageNode).id);
      if (mine && mine.revision >= revision) continue;
      kept.messages.set((message as MessageNode).id, { revision, sequence: (this.sequence += 1), message: JSON.parse(JSON.stringify(message)) });
    }
    if (told.renamed_at > kept.told.renamed_at) kept.told = { ...kept.told, title: told.title, renamed_at: told.renamed_at };
    if (told.updated_at >= kept.told.updated_at) kept.told = { ...kept.told, updated_at: told.updated_at, head_id: told.head_id };
    const before = kept.sequence;
    kept.sequence = this.sequence += 1;
    this.kept.set(id, kept);
    return { id, sequence: kept.sequence, is_deleted: false, is_new: isNew, before };
  }

  #delete(id: string, sequence: number): void {
    this.#enter("delete");
    const kept = this.kept.get(id);
    if (!kept || kept.isDeleted) throw missing();
    if (kept.sequence > sequence) throw new ApiError({ kind: "request", message: "gone on with", code: "changed_meanwhile", canRetry: false });
    this.kept.set(id, { ...kept, isDeleted: true, messages: new Map(), sequence: (this.sequence += 1) });
  }

  ids(id: string): string[] {
    return [...(this.kept.get(id)?.messages.keys() ?? [])].sort();
  }
}

function missing(): ApiError {
  return new ApiError({ kind: "missing", status: 404, message: "No such conversation.", canRetry: false });
}

const OFFLINE: Fault = { kind: "offline", message: "The desk cannot be reached.", canRetry: true };

function browser(desk: FakeDesk) {
  const history = new MemoryHistory();
  const news: string[] = [];
  const open = new Map<string, OpenChat>();
  let key = true;
  const sync = new HistorySync({
    client: () => desk.client(key),
    history,
    now: () => 1_000_000,
    opened: (id) => open.get(id),
    onChanged: () => news.push("changed"),
    onDropped: (id) => news.push(`dropped ${id}`),
    onReturned: (title) => news.push(`returned ${title}`),
  });
  return {
    history, news, open, sync,
    signOut: () => { key = false; },
    write: (nodes: MessageNode[], more: Partial<ConversationInfo> = {}, id = "c1") =>
      history.save({ id, title: "Bitcoin?", isRenamed: false, createdAt: 1, updatedAt: 10, headId: nodes.at(-1)?.id ?? null, ...more }, nodes),
    ids: async (id = "c1") => ((await history.load(id))?.nodes ?? []).map((node) => node.id).sort(),
  };
}

type Browser = ReturnType<typeof browser>;
let desk: FakeDesk;
let one: Browser;
let two: Browser;

beforeEach(() => {
  desk = new FakeDesk();
  one = browser(desk);
  two = browser(desk);
});

/** Both have the same conversation, of a question and its answer. */
async function share(): Promise<void> {
  await one.write([question("q", null, "?"), answer("a", "q", "!")]);
  await one.sync.run();
  await two.sync.run();
}

it("what one browser has, the other has", async () => {
  const receipt = { run_id: "r", total_usd: "0.1", held_usd: null, price_versions: [], is_estimated: false };
  await one.write([question("q", null, "?"), answer("a", "q", "!", { runId: "r1", extra: { receipt } }), question("q2", "a", "And?")]);
  await one.sync.run();
  await two.sync.run();
  expect(await two.history.load("c1")).toEqual({
    info: { id: "c1", title: "Bitcoin?", isRenamed: false, renamedAt: 0, createdAt: 1, updatedAt: 10, headId: "q2" },
    nodes: (await one.history.load("c1"))?.nodes,
  });
  expect(two.sync.state()).toEqual({ status: "synced", complaint: "", others: 0 });
  expect(two.news).toEqual(["changed"]);
});

it("a second pass without a change asks for nothing and changes nothing", async () => {
  await share();
  const { sequence } = desk;
  await one.sync.run();
  await two.sync.run();
  expect(desk.sequence).toBe(sequence);
  expect([one.news, two.news]).toEqual([[], ["changed"]]);
  expect(await one.history.notes.unsent()).toEqual([]);
});

it("what two browsers wrote apart is all there, in both", async () => {
  await share();
  await one.write([question("one", "a", "From one")], { updatedAt: 20, headId: "one" });
  await two.write([question("two", "a", "From two"), answer("two-a", "two", "!")], { updatedAt: 30, headId: "two-a" });
  for (const each of [one, two, one]) await each.sync.run();
  expect(desk.ids("c1")).toEqual(["a", "one", "q", "two", "two-a"]);
  for (const each of [one, two]) {
    expect(await each.ids()).toEqual(["a", "one", "q", "two", "two-a"]);
    expect((await each.history.load("c1"))?.info.headId).toBe("two-a");
  }
});

it("what came in between two requests is fetched, not passed over", async () => {
  await share();
  await one.write([question("one", "a", "From one")]);
  await two.write([question("two", "a", "From two")]);
  // The other's arrives after this browser has looked, and before it sends.
  desk.before = () => { desk.before = (path) => path === "merge" && void two.sync.run(); };
  await one.sync.run();
  await two.sync.run();
  await one.sync.run();
  expect(await one.ids()).toEqual(["a", "one", "q", "two"]);
});

it("an answer that was still being written comes when it is over", async () => {
  await one.write([question("q", null, "?"), answer("a", "q", "ha", { status: "streaming", createdAt: 999_990 })]);
  await one.sync.run();
  expect(desk.ids("c1")).toEqual(["q"]);
  await one.write([answer("a", "q", "half and half", { createdAt: 999_990 })]);
  await one.sync.run();
  await two.sync.run();
  expect((await two.history.load("c1"))?.nodes.map((node) => node.text)).toEqual(["?", "half and half"]);
  const extra = { receipt: { run_id: "r", total_usd: "0", held_usd: null, price_versions: [], is_estimated: false } };
  await one.write([answer("a", "q", "half and half", { extra })]);
  await one.sync.run();
  await two.sync.run();
  expect((await two.history.load("c1"))?.nodes.at(-1)).toMatchObject({ extra });
});

it("one that was left half-written long ago is kept as far as it came", async () => {
  await one.write([question("q", null, "?"), answer("a", "q", "ha", { status: "streaming", createdAt: 5 })]);
  await one.sync.run();
  await two.sync.run();
  expect((await two.history.load("c1"))?.nodes.at(-1)).toMatchObject({ status: "stopped", text: "ha" });
});

it("of two names the one that was given last holds", async () => {
  await share();
  await two.write([], { title: "Later", isRenamed: true, renamedAt: 9 });
  await one.write([], { title: "Earlier", isRenamed: true, renamedAt: 8 });
  for (const each of [two, one, two]) await each.sync.run();
  for (const each of [one, two]) expect((await each.history.load("c1"))?.info.title).toBe("Later");
});

it("a deletion reaches the other browser", async () => {
  await share();
  await one.history.remove("c1");
  await one.sync.run();
  await two.sync.run();
  expect(await two.history.load("c1")).toBeNull();
  expect(two.news).toContain("dropped c1");
  expect(await one.history.notes.gone()).toEqual([]);
  await one.sync.run();
  expect(one.news).toEqual([]);
});

it("a deletion takes nothing away that was written meanwhile in another browser", async () => {
  await share();
  await one.history.remove("c1");
  await one.sync.run();
  await two.write([question("two", "a", "Unseen")]);
  await two.sync.run();
  expect(await two.ids()).toEqual(["a", "q", "two"]);
  expect(desk.ids("c1")).toEqual(["a", "q", "two"]);
  await one.sync.run();
  expect(await one.ids()).toEqual(["a", "q", "two"]);
});

it("a conversation that was gone on with elsewhere comes back where it was deleted unseen", async () => {
  await share();
  await two.write([question("two", "a", "Unseen")]);
  await two.sync.run();
  await one.history.remove("c1");
  await one.sync.run();
  expect(await one.ids()).toEqual(["a", "q", "two"]);
  expect(one.news).toContain("returned Bitcoin?");
});

it("that holds, too, where it is gone on with at the moment of the deletion", async () => {
  await share();
  await two.write([question("two", "a", "Unseen")]);
  await one.history.remove("c1");
  const added = { title: "Bitcoin?", created_at: 1, updated_at: 50, renamed_at: 0, head_id: "two", messages: [{ revision: 1, message: question("two", "a", "Unseen") }] };
  // After it has looked, before it deletes.
  desk.before = () => void desk.merge("c1", added);
  await one.sync.run();
  expect(await one.ids()).toEqual(["a", "q", "two"]);
});

it("without the network everything waits, and then nothing is missing", async () => {
  desk.fault = OFFLINE;
  await one.write([question("q", null, "?")]);
  await one.sync.run();
  expect(one.sync.state()).toMatchObject({ status: "waiting", complaint: OFFLINE.message });
  await one.write([answer("a", "q", "!")], {}, "c1");
  await one.write([question("x", null, "?")], {}, "c2");
  await one.history.remove("c2");
  desk.fault = null;
  await one.sync.run();
  expect([...desk.kept.keys()]).toEqual(["c1"]);
  expect(desk.ids("c1")).toEqual(["a", "q"]);
});

it("a desk without history, one that is full, and one that knows the key no more are told apart", async () => {
  await one.write([question("q", null, "?")]);
  const faults: [Fault, string][] = [
    [{ kind: "missing", status: 404, message: "Invalid URL", canRetry: false }, "unsupported"],
    [{ kind: "request", status: 413, message: "Full.", canRetry: false }, "full"],
    [{ kind: "key", status: 401, message: "No.", canRetry: false }, "off"],
    [{ kind: "server", status: 503, message: "Later.", canRetry: true }, "waiting"],
  ];
  for (const [fault, status] of faults) {
    desk.fault = fault;
    await one.sync.run();
    expect(one.sync.state().status).toBe(status);
  }
  expect(await one.history.notes.unsent()).toHaveLength(2);
});

it("without a key nothing is sent", async () => {
  await one.write([question("q", null, "?")]);
  one.signOut();
  await one.sync.run();
  expect(one.sync.state().status).toBe("off");
  expect(desk.kept.size).toBe(0);
});

it("another key is given nothing of the first one's until somebody wants it so", async () => {
  await share();
  const other = new FakeDesk();
  other.keyId = "k2";
  const moved = new HistorySync({
    client: () => other.client(), history: one.history, now: () => 1_000_000, opened: () => undefined, onChanged: () => {}, onDropped: () => {}, onReturned: () => {},
  });
  await one.write([question("q9", "a", "More")]);
  await one.write([question("n", null, "New")], {}, "c2");
  await moved.run();
  expect([...other.kept.keys()]).toEqual(["c2"]);
  expect(moved.state().others).toBe(1);
  await moved.adopt();
  expect(other.ids("c1")).toEqual(["a", "q", "q9"]);
  expect(moved.state().others).toBe(0);
});

it("a desk that lost its history is given it again", async () => {
  await share();
  await one.write([question("late", "a", "?")]);
  await one.sync.run();
  desk.kept.clear();
  desk.sequence = 0;
  desk.epoch = "e2";
  await two.sync.run();
  await one.sync.run();
  await two.sync.run();
  expect(desk.ids("c1")).toEqual(["a", "late", "q"]);
  expect(await two.ids()).toEqual(["a", "late", "q"]);
});

it("a desk that was set up from an older backup is given what came after it", async () => {
  await share();
  const backup = structuredClone({ kept: desk.kept, sequence: desk.sequence });
  await one.write([question("late", "a", "?")]);
  await one.sync.run();
  Object.assign(desk, backup);
  await one.sync.run();
  await two.sync.run();
  expect(await two.ids()).toEqual(["a", "late", "q"]);
});

it("a conversation that the desk has forgotten is sent whole with its next message", async () => {
  await share();
  desk.kept.delete("c1");
  await one.write([question("late", "a", "?")]);
  await one.sync.run();
  expect(desk.ids("c1")).toEqual(["a", "late", "q"]);
});

it("a message that the desk refuses keeps no other conversation here", async () => {
  await one.write([question("q", null, "?")], {}, "bad");
  await one.write([question("q", null, "?")], {}, "good");
  const merge = desk.merge.bind(desk);
  desk.merge = (id, told) => {
    if (id === "bad") throw new ApiError({ kind: "request", status: 400, message: "Not like this.", canRetry: false });
    return merge(id, told);
  };
  await one.sync.run();
  expect([...desk.kept.keys()]).toEqual(["good"]);
  expect(one.sync.state()).toMatchObject({ status: "failed", complaint: "Not like this." });
});

it("a conversation that is open takes in what came, and is left alone while it is answered", async () => {
  await share();
  const taken: string[][] = [];
  const chat = { isRunning: true, conversation: () => ({ info: {} as ConversationInfo, nodes: [] }), absorb: async (_: ConversationInfo, told: readonly MessageNode[]) => void taken.push(told.map(({ id }) => id)) };
  two.open.set("c1", chat);
  await two.write([question("two", "a", "Running")]);
  await one.write([question("one", "a", "?")]);
  await one.sync.run();
  await two.sync.run();
  expect(taken).toEqual([["one"]]);
  expect(desk.ids("c1")).toEqual(["a", "one", "q"]);
});

it("large conversations go in portions, and what an answer can do without is left out of a message that is too large", async () => {
  const nodes: MessageNode[] = [question("q0", null, "?")];
  for (let n = 1; n < 450; n += 1) nodes.push(question(`q${n}`, `q${n - 1}`, "?"));
  const outputs = { call: "x".repeat(600_000) };
  nodes.push(answer("a", "q449", "!", { extra: { outputs, related: ["And?"] } }));
  const sizes: number[] = [];
  const merge = desk.merge.bind(desk);
  desk.merge = (id, told) => {
    sizes.push(told.messages.length);
    return merge(id, told);
  };
  await one.write(nodes);
  await one.sync.run();
  expect(sizes).toEqual([200, 200, 51]);
  expect(await one.history.notes.unsent()).toEqual([]);
  desk.pageSize = 1000;
  await two.sync.run();
  expect((await two.history.load("c1"))?.nodes.find(({ id }) => id === "a")).toMatchObject({ extra: { related: ["And?"] } });
  expect((await one.history.load("c1"))?.nodes.at(-1)).toMatchObject({ extra: { outputs } });
});
