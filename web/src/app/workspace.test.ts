// @vitest-environment node
import { expect, it } from "vitest";
import type { Client } from "../api/client";
import { DEFAULT_SETTINGS } from "../chat/settings";
import { toFile } from "../history/file";
import { MemoryHistory } from "../history/memory";
import { answer, conversation, question } from "../history/samples";
import { Workspace } from "./workspace";

const client = { chat: async function* () {}, receipt: () => Promise.reject(new Error("none")) } as unknown as Client;

function begin() {
  const history = new MemoryHistory();
  return { history, workspace: new Workspace({ history, client: () => client, now: () => 1_000 }) };
}

it("a fresh conversation is listed from its first question on, and then another is fresh", async () => {
  const { workspace } = begin();
  const session = workspace.fresh();
  expect(workspace.fresh()).toBe(session);
  await workspace.refresh();
  expect(workspace.state().infos).toEqual([]);
  await session.ask("How?", { ...DEFAULT_SETTINGS, model: "m" });
  expect(workspace.state().infos.map((info) => info.title)).toEqual(["How?"]);
  expect(workspace.state().runningIds.size).toBe(0);
  expect(workspace.fresh()).not.toBe(session);
  expect(await workspace.open(session.id)).toBe(session);
});

it("a conversation is opened once, and let go of when nobody looks", async () => {
  const { workspace, history } = begin();
  const given = conversation([question("q", null, "?"), answer("a", "q", "!")]);
  await history.save(given.info, given.nodes);
  const [one, two] = await Promise.all([workspace.open("c1"), workspace.open("c1")]);
  expect(one).toBe(two);
  workspace.release("another");
  expect(workspace.opened("c1")).toBeUndefined();
  expect(await workspace.open("unknown")).toBeNull();
});

it("imports, renames and removes", async () => {
  const { workspace, history } = begin();
  const id = await workspace.importFile(toFile(conversation([question("q", null, "?")])));
  await workspace.rename(id, "Mine");
  expect(workspace.state().infos.map((info) => info.title)).toEqual(["Mine"]);
  await workspace.remove(id);
  expect(workspace.state().infos).toEqual([]);
  expect(await history.load(id)).toBeNull();
});
