// @vitest-environment node
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Client } from "../api/client";
import { ApiError, type Fault } from "../api/errors";
import type { ChatChunk, ChatRequest } from "../api/types";
import { MemoryHistory } from "../history/memory";
import { answer, conversation, question } from "../history/samples";
import type { AnswerNode } from "../history/types";
import { ChatSession } from "./session";
import { DEFAULT_SETTINGS } from "./settings";

type Script = (request: ChatRequest, signal: AbortSignal) => AsyncGenerator<ChatChunk>;
const SETTINGS = { ...DEFAULT_SETTINGS, model: "m" };

function chunk(content: string, more: Partial<ChatChunk> = {}): ChatChunk {
  return { id: "chatcmpl-1", model: "m-1", choices: [{ delta: { content } }], ...more };
}

async function* says(...texts: string[]): AsyncGenerator<ChatChunk> {
  for (const text of texts) yield chunk(text);
}

function fault(more: Partial<Fault>): ApiError {
  return new ApiError({ kind: "server", message: "failed", canRetry: true, ...more });
}

function begin(script: Script, given = conversation([])) {
  const requests: ChatRequest[] = [];
  const history = new MemoryHistory();
  let now = 1_000;
  const receipt = vi.fn().mockResolvedValue({ id: "1", status: "settled", total_usd: "0.25", held_usd: "1", is_estimated: true });
  const chat: Script = (request, signal) => {
    requests.push(request);
    return script(request, signal);
  };
  const client = { chat, receipt } as unknown as Client;
  const onKeyRefused = vi.fn();
  const session = new ChatSession({ client: () => client, history, now: () => (now += 10), onKeyRefused }, given);
  const last = () => session.state().path.at(-1) as AnswerNode;
  return { session, requests, history, last, receipt, onKeyRefused };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("asking", () => {
  it("shows, merges and keeps the answer, and names the conversation", async () => {
    const { session, history, last } = begin(async function* () {
      yield chunk("", { cryptodesk: { resolution: [], progress: [] } });
      yield chunk("It ");
      yield chunk("rose.", { cryptodesk: { related: ["next?"] }, usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 } });
    });
    await session.ask("  How did it do? ", SETTINGS);
    expect(last()).toMatchObject({ text: "It rose.", status: "done", model: "m-1", runId: "chatcmpl-1", extra: { related: ["next?"], progress: [] } });
    expect(session.state().info.title).toBe("How did it do?");
    expect((await history.load(session.id))?.nodes).toHaveLength(2);
    expect((await history.load(session.id))?.nodes[1]).toMatchObject({ text: "It rose.", status: "done" });
  });

  it("sends the branch that is shown, and takes one question at a time", async () => {
    const { session, requests } = begin(() => says("one"));
    const first = session.ask("first", SETTINGS);
    await session.ask("in between", SETTINGS);
    await first;
    await session.ask("second", SETTINGS);
    expect(requests).toHaveLength(2);
    expect(requests[1]?.messages.map((message) => message.content)).toEqual(["first", "one", "second"]);
  });

  it("asks again without research where the desk has none", async () => {
    const { session, requests, last } = begin((request) => {
      if (request.cryptodesk?.research) throw fault({ kind: "request", param: "cryptodesk.research" });
      return says("plain");
    });
    await session.ask("q", SETTINGS);
    expect(requests.map((request) => request.cryptodesk?.research)).toEqual([true, false]);
    expect(last()).toMatchObject({ text: "plain", status: "done" });
  });
});

describe("branches", () => {
  it("another answer stands beside the first, and is sent with its question alone", async () => {
    let count = 0;
    const { session, requests, last } = begin(() => says(`answer ${(count += 1)}`));
    await session.ask("q", SETTINGS);
    const [asked, first] = session.state().path;
    await session.regenerate(asked?.id ?? "", SETTINGS);
    expect(last().text).toBe("answer 2");
    expect(requests[1]?.messages).toEqual([{ role: "user", content: "q" }]);
    session.showBranch(first?.id ?? "");
    expect(last().text).toBe("answer 1");
    session.showBranch("unknown");
    expect(last().text).toBe("answer 1");
  });

  it("an edited question is a sibling and leaves the title", async () => {
    const { session } = begin(() => says("a"));
    await session.ask("first", SETTINGS);
    await session.rename("Mine");
    await session.ask("edited", SETTINGS, null);
    const { nodes, path, info } = session.state();
    expect([nodes.size, path.length, info.title]).toEqual([4, 2, "Mine"]);
    expect(path[0]).toMatchObject({ text: "edited", parentId: null });
  });
});

describe("another browser", () => {
  const shared = () => conversation([question("q", null, "?"), answer("a", "q", "!")]);
  const told = (headId: string) => ({ ...shared().info, headId, updatedAt: 9_999_999_999_999 });

  it("goes on where the conversation went on elsewhere", async () => {
    const { session, history } = begin(() => says(), shared());
    const more = [question("q2", "a", "And?"), answer("a2", "q2", "So.")];
    await session.absorb(told("a2"), more);
    expect(session.state().path.map(({ id }) => id)).toEqual(["q", "a", "q2", "a2"]);
    expect((await history.load(session.id))?.nodes.map(({ id }) => id)).toEqual(["q2", "a2"]);
  });

  it("leaves the branch that is shown where the other one went another way", async () => {
    const { session } = begin(() => says(), shared());
    await session.absorb(told("b"), [question("p", null, "Edited", 7), answer("b", "p", "So.")]);
    expect(session.state().path.map(({ id }) => id)).toEqual(["q", "a"]);
    session.showBranch("p");
    expect(session.state().path.map(({ id }) => id)).toEqual(["p", "b"]);
    session.showBranch("q");
    expect(session.state().path.map(({ id }) => id)).toEqual(["q", "a"]);
  });

  it("takes nothing away from a message that is further here", async () => {
    const { session } = begin(() => says(), shared());
    await session.absorb(told("a"), [answer("a", "q", "older", { status: "streaming" })]);
    expect(session.state().path.at(-1)?.text).toBe("!");
  });
});

it("a branch that is shown again is shown to where it was", async () => {
  const nodes = [question("q", null, "?"), answer("a", "q", "!"), answer("z", "q", "other", { createdAt: 9 }), question("x", "a", "older", 3), question("y", "a", "newer", 4)];
  const { session } = begin(() => says(), conversation(nodes, "x"));
  session.showBranch("z");
  session.showBranch("a");
  expect(session.state().info.headId).toBe("x");
});

describe("endings", () => {
  it("a stopped answer keeps its text and fetches what it has cost", async () => {
    const { session, last, receipt } = begin(async function* (_, signal) {
      yield chunk("Half");
      await new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(new DOMException("x", "AbortError"))));
    });
    const asking = session.ask("q", SETTINGS);
    await vi.waitFor(() => expect(last().text).toBe("Half"));
    session.stop();
    await asking;
    expect(last()).toMatchObject({ text: "Half", status: "stopped" });
    expect(session.isRunning).toBe(false);
    await vi.runAllTimersAsync();
    expect(receipt).toHaveBeenCalledExactlyOnceWith("chatcmpl-1");
    expect(last().extra?.receipt).toMatchObject({ total_usd: "0.25", is_estimated: true });
  });

  it("a failed answer keeps its text and says why", async () => {
    const { session, last, onKeyRefused } = begin(async function* () {
      yield chunk("Half");
      throw fault({ kind: "budget" });
    });
    await session.ask("q", SETTINGS);
    expect(last()).toMatchObject({ text: "Half", status: "failed", fault: { kind: "budget" } });
    expect(onKeyRefused).not.toHaveBeenCalled();
  });

  it("a refused key is told to the page", async () => {
    const refused = () => {
      throw fault({ kind: "key" });
    };
    const { session, onKeyRefused } = begin(refused);
    await session.ask("q", SETTINGS);
    expect(onKeyRefused).toHaveBeenCalledOnce();
  });

  it("an answer that was being written when the page closed is one that stopped", () => {
    const nodes = [question("q", null, "?"), answer("a", "q", "Half", { status: "streaming" })];
    const { last } = begin(() => says(), conversation(nodes));
    expect(last()).toMatchObject({ text: "Half", status: "stopped" });
  });

  it("a browser that keeps nothing is told, and the answer is still shown", async () => {
    const { session, history, last } = begin(() => says("a"));
    vi.spyOn(history, "save").mockRejectedValue(new Error("quota"));
    await session.ask("q", SETTINGS);
    expect([last().text, session.state().storageFault]).toEqual(["a", "quota"]);
  });
});
