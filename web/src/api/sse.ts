// Server-sent events from a byte stream: any split of the bytes, LF, CRLF or CR, comments and fillers are passed over.

/** The `data` of each event, in order. An event that the connection cut short is not given. */
export async function* readEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<string, void, undefined> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  const parser = new EventParser();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      const text = done ? decoder.decode() : decoder.decode(value, { stream: true });
      yield* parser.push(text);
      if (done) return;
    }
  } finally {
    // Whoever stops reading early wants the connection closed, not drained.
    await reader.cancel().catch(() => undefined);
  }
}

export class EventParser {
  #rest = "";
  #data: string[] = [];

  push(text: string): string[] {
    this.#rest += text;
    const events: string[] = [];
    for (let line = this.#takeLine(); line !== null; line = this.#takeLine()) {
      if (line === "") {
        if (this.#data.length) events.push(this.#data.join("\n"));
        this.#data = [];
      } else if (line === "data" || line.startsWith("data:")) {
        this.#data.push(line.slice(5).replace(/^ /, ""));
      }
    }
    return events;
  }

  #takeLine(): string | null {
    const match = /\r\n|\n|\r/.exec(this.#rest);
    if (!match) return null;
    // A carriage return at the very end may be half of a CRLF.
    if (match[0] === "\r" && match.index === this.#rest.length - 1) return null;
    const line = this.#rest.slice(0, match.index);
    this.#rest = this.#rest.slice(match.index + match[0].length);
    return line;
  }
}
