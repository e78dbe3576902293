// @vitest-environment node
import { expect, it } from "vitest";
import { answer, conversation, question } from "../history/samples";
import { pathTo } from "../history/tree";
import type { MessageNode } from "../history/types";
import { nodeOf, repositoryOf, startOf } from "./repository";
import type { SessionState } from "./session";

const NODES: MessageNode[] = [
  question("q1", null, "first", 1),
  answer("a1", "q1", "one", { createdAt: 2 }),
  question("q2", "a1", "second", 3),
  answer("a2", "q2", "two", { createdAt: 4 }),
  question("q2b", "a1", "edited", 5),
  answer("a2b", "q2b", "of the other branch", { createdAt: 6 }),
];

function stateOf(nodes: MessageNode[], headId: string): SessionState {
  const map = new Map(nodes.map((node) => [node.id, node]));
  return { info: conversation(nodes, headId).info, nodes: map, path: pathTo(map, headId), runningId: null, storageFault: null };
}

const shape = (state: SessionState, start?: number, end?: number) => repositoryOf(state, start, end).messages.map(({ parentId, message }) => `${parentId}>${message.id}`);

it("has the shown branch and each message's other versions, without what follows those", () => {
  const state = stateOf(NODES, "a2");
  expect(repositoryOf(state).headId).toBe("a2");
  expect(shape(state)).toEqual(["null>q1", "q1>a1", "a1>q2", "a1>q2b", "q2>a2"]);
});

it("a part begins with a question and its other versions", () => {
  expect(shape(stateOf(NODES, "a2"), 2)).toEqual(["null>q2", "null>q2b", "q2>a2"]);
});

it("a part ends with its last message as the head", () => {
  const state = stateOf(NODES, "a2");
  expect(repositoryOf(state, 0, 3).headId).toBe("q2");
  expect(shape(state, 0, 3)).toEqual(["null>q1", "q1>a1", "a1>q2", "a1>q2b"]);
});

it("messages that did not change keep their identity, and lead back to ours", () => {
  const before = repositoryOf(stateOf(NODES, "a2"));
  const after = repositoryOf(stateOf([...NODES.slice(0, 3), answer("a2", "q2", "two, longer"), ...NODES.slice(4)], "a2"));
  expect(after.messages[0]?.message).toBe(before.messages[0]?.message);
  expect(after.messages[4]?.message).not.toBe(before.messages[4]?.message);
  expect(nodeOf(before.messages[0]?.message ?? { metadata: { custom: {} } })).toBe(NODES[0]);
});

it("the shown part never begins with an answer", () => {
  const { path } = stateOf(NODES, "a2");
  expect([startOf(path, 3), startOf(path, 2), startOf(path, -7), startOf(path, 99), startOf([], 4)]).toEqual([2, 2, 0, 2, 0]);
});
