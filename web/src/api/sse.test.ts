// @vitest-environment node
import { describe, expect, it } from "vitest";
import { EventParser, readEvents } from "./sse";

function streamOf(...parts: Uint8Array[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (const part of parts) controller.enqueue(part);
      controller.close();
    },
  });
}

const bytes = (text: string) => new TextEncoder().encode(text);

async function all(stream: ReadableStream<Uint8Array>): Promise<string[]> {
  const events: string[] = [];
  for await (const event of readEvents(stream)) events.push(event);
  return events;
}

describe("readEvents", () => {
  it("gives the same events however the bytes are split", async () => {
    const text = 'data: {"price":"€ 1,5 — ₿"}\n\n: filler\n\ndata: [DONE]\n\n';
    const whole = bytes(text);
    for (let size = 1; size <= whole.length; size += 1) {
      const parts = Array.from({ length: Math.ceil(whole.length / size) }, (_, i) => whole.slice(i * size, (i + 1) * size));
      expect(await all(streamOf(...parts))).toEqual(['{"price":"€ 1,5 — ₿"}', "[DONE]"]);
    }
  });

  it("does not give an event that the connection cut short", async () => {
    expect(await all(streamOf(bytes("data: whole\n\ndata: ha"), bytes("lf\n")))).toEqual(["whole"]);
  });

  it("closes the connection when the reader stops early", async () => {
    let isCancelled = false;
    const stream = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(bytes("data: x\n\n")),
      cancel: () => {
        isCancelled = true;
      },
    });
    for await (const event of readEvents(stream)) {
      expect(event).toBe("x");
      break;
    }
    expect(isCancelled).toBe(true);
  });
});

describe("EventParser", () => {
  it("reads LF, CRLF and CR, joins data lines, and passes over other fields", () => {
    const parser = new EventParser();
    expect(parser.push("event: x\r\ndata: a\r")).toEqual([]);
    expect(parser.push("\ndata:b\r\n\r\n")).toEqual(["a\nb"]);
    expect(parser.push("data\r\rid: 7\n\n")).toEqual([""]);
    expect(parser.push("retry: 5\n\n: only a comment\n\n")).toEqual([]);
  });
});
