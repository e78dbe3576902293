// @vitest-environment node
import { describe, expect, it } from "vitest";
import { Client } from "./client";
import { ApiError } from "./errors";
import type { ChatChunk, ChatRequest } from "./types";

interface Asked {
  url: string;
  init: RequestInit;
}

function clientWith(answer: () => Response | Promise<Response>, key: string | null = "cd_key"): { client: Client; asked: Asked[] } {
  const asked: Asked[] = [];
  const fake = async (url: RequestInfo | URL, init: RequestInit = {}) => {
    asked.push({ url: String(url), init });
    return answer();
  };
  return { client: new Client({ key, fetch: fake as typeof fetch }), asked };
}

const REQUEST: ChatRequest = { model: "m", messages: [{ role: "user", content: "q" }], cryptodesk: { research: true } };
const frame = (value: unknown) => `data: ${JSON.stringify(value)}\n\n`;
const text = (content: string) => ({ choices: [{ delta: { content } }] });

async function read(client: Client, signal?: AbortSignal): Promise<{ chunks: ChatChunk[]; error: unknown }> {
  const chunks: ChatChunk[] = [];
  try {
    for await (const chunk of client.chat(REQUEST, signal)) chunks.push(chunk);
    return { chunks, error: null };
  } catch (error) {
    return { chunks, error };
  }
}

const faultOf = (error: unknown) => (error instanceof ApiError ? error.fault : null);

describe("chat", () => {
  it("asks for a stream with usage and sends the key as a bearer", async () => {
    const { client, asked } = clientWith(() => new Response(`${frame(text("hi"))}data: [DONE]\n\n`));
    const { chunks, error } = await read(client);
    expect(error).toBeNull();
    expect(chunks[0]?.choices?.[0]?.delta?.content).toBe("hi");
    expect(asked[0]?.url).toBe("/openai/v1/chat/completions");
    expect(new Headers(asked[0]?.init.headers).get("authorization")).toBe("Bearer cd_key");
    expect(JSON.parse(String(asked[0]?.init.body))).toEqual({ ...REQUEST, stream: true, stream_options: { include_usage: true } });
  });

  it("sends no authorization where no key is known", async () => {
    const { client, asked } = clientWith(() => new Response("data: [DONE]\n\n"), null);
    await read(client);
    expect(new Headers(asked[0]?.init.headers).has("authorization")).toBe(false);
  });

  it("throws the error of a frame after giving the text before it", async () => {
    const error = { message: "spent", type: "x", param: null, code: "budget_spent" };
    const { client } = clientWith(() => new Response(`${frame(text("half"))}${frame({ error })}data: [DONE]\n\n`));
    const result = await read(client);
    expect(result.chunks).toHaveLength(1);
    expect(faultOf(result.error)).toMatchObject({ kind: "budget", message: "spent", code: "budget_spent", canRetry: false });
  });

  it("says that a stream without an end broke off", async () => {
    const { client } = clientWith(() => new Response(frame(text("half"))));
    expect(faultOf((await read(client)).error)).toMatchObject({ kind: "broken", canRetry: true });
  });

  it("says that a stream broke off whose connection is lost, or whose frame is no JSON", async () => {
    const lost = new ReadableStream<Uint8Array>({ pull: (controller) => controller.error(new TypeError("network error")) });
    expect(faultOf((await read(clientWith(() => new Response(lost)).client)).error)?.kind).toBe("broken");
    expect(faultOf((await read(clientWith(() => new Response("data: {\n\n")).client)).error)?.kind).toBe("broken");
  });

  it("hands on that it was stopped", async () => {
    const { client } = clientWith(() => Promise.reject(new DOMException("stopped", "AbortError")));
    const { error } = await read(client);
    expect(error).toBeInstanceOf(DOMException);
  });

  it("tells a refused connection as offline", async () => {
    const { client } = clientWith(() => Promise.reject(new TypeError("Failed to fetch")));
    expect(faultOf((await read(client)).error)?.kind).toBe("offline");
  });
});

describe("other routes", () => {
  it("asks for the price of the very request", async () => {
    const { client, asked } = clientWith(() => Response.json({ object: "quote" }));
    const request = { ...REQUEST, verbosity: "low" as const };
    await client.quote(request);
    expect(asked[0]?.url).toBe("/v1/quote?for=/openai/v1/chat/completions");
    expect(JSON.parse(String(asked[0]?.init.body))).toEqual(request);
  });

  it("escapes ids and leaves empty parameters out", async () => {
    const { client, asked } = clientWith(() => Response.json({ data: [] }));
    await client.receipt("a/b?c");
    await client.usage({ from: "2026-11-01", to: "", by: "model" });
    expect(asked.map(({ url }) => url)).toEqual(["/v1/receipts/a%2Fb%3Fc", "/v1/usage?from=2026-11-01&by=model"]);
  });

  it("has no evidence where the desk has no such route", async () => {
    const refused = () => Response.json({ error: { message: "no", type: "x", param: null, code: "not_found" } }, { status: 404 });
    expect(await clientWith(refused).client.evidence("run")).toBeNull();
    const described = (path: string) => () => Response.json({ paths: { [path]: {} } });
    expect(await clientWith(described("/v1/usage")).client.offersEvidence()).toBe(false);
    expect(await clientWith(described("/v1/evidence/{id}")).client.offersEvidence()).toBe(true);
  });
});
