// What can go wrong on the way to the desk, in the words that a person can act on.
import type { WireError } from "./types";

export type FaultKind =
  | "key"
  | "budget"
  | "rate"
  | "credit"
  | "forbidden"
  | "request"
  | "missing"
  | "server"
  | "offline"
  | "broken";

export interface Fault {
  kind: FaultKind;
  message: string;
  status?: number;
  code?: string;
  /** The member of the request that was refused. */
  param?: string;
  requestId?: string;
  /** Unix milliseconds from which trying again makes sense. */
  retryAt?: number;
  canRetry: boolean;
}

export class ApiError extends Error {
  override readonly name = "ApiError";
  constructor(readonly fault: Fault) {
    super(fault.message);
  }
}

const NO_NETWORK = "The desk cannot be reached. Is it running, and is this machine online?";
const CUT = "The connection ended before the answer was complete.";
const LONGEST_MESSAGE = 600;

export function offline(): ApiError {
  return new ApiError({ kind: "offline", message: NO_NETWORK, canRetry: true });
}

export function cutOff(): ApiError {
  return new ApiError({ kind: "broken", message: CUT, canRetry: true });
}

/** The error frame of a stream, or the body of a refused request. */
export function fromWire(status: number, error: WireError, headers?: Headers, now = Date.now()): ApiError {
  const kind = kindOf(status, error.code ?? "");
  const seconds = retrySeconds(headers?.get("retry-after") ?? null, now);
  const requestId = headers?.get("x-request-id") ?? headers?.get("x-server-traceid");
  return new ApiError({
    kind,
    message: error.message.slice(0, LONGEST_MESSAGE),
    ...(status ? { status } : {}),
    ...(error.code ? { code: error.code } : {}),
    ...(error.param ? { param: error.param } : {}),
    ...(requestId ? { requestId } : {}),
    ...(seconds === null ? {} : { retryAt: now + seconds * 1000 }),
    canRetry: ["rate", "server", "broken"].includes(kind) && headers?.get("x-should-retry") !== "false",
  });
}

export async function fromResponse(response: Response): Promise<ApiError> {
  const text = await response.text().catch(() => "");
  return fromWire(response.status, wireErrorOf(text, response), response.headers);
}

/** Any thrown value as a fault; null for a request that was stopped on purpose. */
export function faultOf(error: unknown): Fault | null {
  if (error instanceof ApiError) return error.fault;
  if (error instanceof DOMException && error.name === "AbortError") return null;
  if (error instanceof TypeError) return offline().fault;
  const message = error instanceof Error ? error.message : "Something went wrong.";
  return { kind: "broken", message: message.slice(0, LONGEST_MESSAGE), canRetry: true };
}

function wireErrorOf(text: string, response: Response): WireError {
  try {
    const error: unknown = (JSON.parse(text) as { error?: unknown }).error;
    if (typeof error === "string") return { message: error };
    if (error && typeof error === "object" && typeof (error as WireError).message === "string") return error as WireError;
  } catch {
    // A proxy in between may answer with a page of its own.
  }
  return { message: `The desk answered with status ${response.status}${response.statusText ? ` ${response.statusText}` : ""}.` };
}

const BY_STATUS: Record<number, FaultKind> = {
  401: "key",
  402: "budget",
  403: "forbidden",
  404: "missing",
  408: "server",
  429: "rate",
};

// Inside a stream there is no status; the code tells the same.
const BY_CODE: Record<string, FaultKind> = {
  invalid_api_key: "key",
  budget_spent: "budget",
  insufficient_quota: "credit",
  rate_limit_exceeded: "rate",
};

function kindOf(status: number, code: string): FaultKind {
  return BY_CODE[code] ?? BY_STATUS[status] ?? (status >= 400 && status < 500 ? "request" : "server");
}

/** `Retry-After` is seconds or a date. */
function retrySeconds(value: string | null, now: number): number | null {
  if (!value) return null;
  const seconds = Number(value);
  if (Number.isFinite(seconds)) return Math.max(0, seconds);
  const at = Date.parse(value);
  return Number.isNaN(at) ? null : Math.max(0, Math.ceil((at - now) / 1000));
}
