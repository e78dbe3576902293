// The desk's public API, typed. It holds no state but where the desk is and which key to send.
import { ApiError, cutOff, faultOf, fromResponse, fromWire, offline } from "./errors";
import type { ConversationList, ConversationMerge, ConversationMessages, MergedConversation } from "./historyTypes";
import { readEvents } from "./sse";
import type {
  Budget,
  ChatChunk,
  ChatRequest,
  DataStatus,
  Model,
  Quote,
  Receipt,
  UsageGroup,
  UsageReport,
} from "./types";

const CHAT = "/openai/v1/chat/completions";

export interface ClientOptions {
  baseUrl?: string;
  key?: string | null;
  fetch?: typeof fetch;
}

export interface UsageQuery {
  from?: string;
  to?: string;
  by?: UsageGroup;
}

export class Client {
  readonly #baseUrl: string;
  readonly #key: string | null;
  readonly #fetch: typeof fetch;

  constructor(options: ClientOptions = {}) {
    this.#baseUrl = options.baseUrl ?? "";
    this.#key = options.key ?? null;
    this.#fetch = options.fetch ?? ((...args) => fetch(...args));
  }

  /** Frames of a streamed answer. Throws ApiError, also for an error frame and for a stream that ends without `[DONE]`. */
  async *chat(request: ChatRequest, signal?: AbortSignal): AsyncGenerator<ChatChunk, void, undefined> {
    const body = { ...request, stream: true, stream_options: { include_usage: true } };
    const response = await this.#send(CHAT, post(body, signal));
    if (!response.body) throw cutOff();
    try {
      for await (const data of readEvents(response.body)) {
        if (data === "[DONE]") return;
        const chunk = parseChunk(data);
        if (chunk.error) throw fromWire(0, chunk.error);
        yield chunk;
      }
    } catch (error) {
      // After the first byte the network shows itself as a TypeError of the reader.
      if (error instanceof TypeError) throw cutOff();
      throw error;
    }
    throw cutOff();
  }

  async models(signal?: AbortSignal): Promise<Model[]> {
    return (await this.#json<{ data: Model[] }>("/openai/v1/models", get(signal))).data;
  }

  /** What the same request would cost. */
  quote(request: ChatRequest, signal?: AbortSignal): Promise<Quote> {
    return this.#json<Quote>(`/v1/quote?for=${CHAT}`, post(request, signal));
  }

  receipt(id: string, signal?: AbortSignal): Promise<Receipt> {
    return this.#json<Receipt>(`/v1/receipts/${encodeURIComponent(id)}`, get(signal));
  }

  usage(query: UsageQuery = {}, signal?: AbortSignal): Promise<UsageReport> {
    const parameters = new URLSearchParams(Object.entries(query).filter(([, value]) => value));
    return this.#json<UsageReport>(`/v1/usage?${parameters}`, get(signal));
  }

  async budgets(signal?: AbortSignal): Promise<Budget[]> {
    return (await this.#json<{ data: Budget[] }>("/v1/budgets", get(signal))).data;
  }

  dataStatus(signal?: AbortSignal): Promise<DataStatus> {
    return this.#json<DataStatus>("/v1/data", get(signal));
  }

  /** The run's evidence file, or null where this desk does not offer it over HTTP. */
  async evidence(id: string, signal?: AbortSignal): Promise<Blob | null> {
    try {
      return await (await this.#send(`/v1/evidence/${encodeURIComponent(id)}`, get(signal))).blob();
    } catch (error) {
      if (error instanceof ApiError && error.fault.kind === "missing") return null;
      throw error;
    }
  }

  /** Whether this desk gives out evidence over HTTP, by its own description. */
  async offersEvidence(signal?: AbortSignal): Promise<boolean> {
    const { paths } = await this.#json<{ paths?: Record<string, unknown> }>("/openapi.json", get(signal));
    return Object.keys(paths ?? {}).some((path) => path.startsWith("/v1/evidence/"));
  }

  get hasKey(): boolean {
    return this.#key !== null;
  }

  /** The desk's conversations that were changed after `since`. */
  conversations(since: number): Promise<ConversationList> {
    return this.#json<ConversationList>(`/v1/history?since=${since}`, get());
  }

  conversation(id: string, since: number): Promise<ConversationMessages> {
    return this.#json<ConversationMessages>(`/v1/history/${id}?since=${since}&limit=100`, get());
  }

  mergeConversation(id: string, told: ConversationMerge): Promise<MergedConversation> {
    return this.#json<MergedConversation>(`/v1/history/${id}`, post(told));
  }

  /** Unless something came after `sequence`. */
  async deleteConversation(id: string, sequence: number): Promise<void> {
    await this.#send(`/v1/history/${id}?sequence=${sequence}`, { method: "DELETE" });
  }

  async exportConversations(): Promise<Blob> {
    return await (await this.#send("/v1/history/export", get())).blob();
  }

  async #json<T>(path: string, init: RequestInit): Promise<T> {
    const response = await this.#send(path, init);
    try {
      return (await response.json()) as T;
    } catch (error) {
      if (faultOf(error) === null) throw error;
      throw cutOff();
    }
  }

  async #send(path: string, init: RequestInit): Promise<Response> {
    const headers = new Headers(init.headers);
    if (this.#key) headers.set("authorization", `Bearer ${this.#key}`);
    let response: Response;
    try {
      response = await this.#fetch(this.#baseUrl + path, { ...init, headers, credentials: "omit", cache: "no-store" });
    } catch (error) {
      throw faultOf(error) === null ? error : offline();
    }
    if (!response.ok) throw await fromResponse(response);
    return response;
  }
}

function parseChunk(data: string): ChatChunk {
  try {
    return JSON.parse(data) as ChatChunk;
  } catch {
    throw cutOff();
  }
}

function get(signal?: AbortSignal): RequestInit {
  return { method: "GET", ...(signal ? { signal } : {}) };
}

function post(body: unknown, signal?: AbortSignal): RequestInit {
  return {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
    ...(signal ? { signal } : {}),
  };
}
