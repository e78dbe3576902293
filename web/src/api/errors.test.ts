// @vitest-environment node
import { describe, expect, it } from "vitest";
import { faultOf, fromResponse, fromWire } from "./errors";

const NOW = Date.parse("2026-11-22T12:00:00Z");

describe("fromWire", () => {
  it.each([
    [401, null, "key"],
    [402, "budget_spent", "budget"],
    [403, "forbidden", "forbidden"],
    [404, "model_not_found", "missing"],
    [429, "rate_limit_exceeded", "rate"],
    [429, "insufficient_quota", "credit"],
    [400, "invalid_value", "request"],
    [503, "upstream_unavailable", "server"],
    [0, "rate_limit_exceeded", "rate"],
    [0, "upstream_timeout", "server"],
  ])("status %s with code %s is %s", (status, code, kind) => {
    expect(fromWire(status, { message: "m", code }).fault.kind).toBe(kind);
  });

  it("reads Retry-After as seconds and as a date", () => {
    const after = (value: string) => fromWire(429, { message: "m" }, new Headers({ "retry-after": value }), NOW).fault.retryAt;
    expect(after("12")).toBe(NOW + 12_000);
    expect(after("Sun, 22 Nov 2026 12:00:30 GMT")).toBe(NOW + 30_000);
    expect(after("soon")).toBeUndefined();
  });

  it("does not offer to try again what the desk says is final", () => {
    const headers = new Headers({ "x-should-retry": "false", "x-request-id": "req_1" });
    const { fault } = fromWire(503, { message: "m", param: "model" }, headers);
    expect(fault).toMatchObject({ canRetry: false, requestId: "req_1", param: "model" });
  });
});

describe("fromResponse", () => {
  it("has words for a proxy's own page", async () => {
    const { fault } = await fromResponse(new Response("<html>", { status: 502, statusText: "Bad Gateway" }));
    expect(fault).toMatchObject({ kind: "server", message: "The desk answered with status 502 Bad Gateway." });
  });

  it("reads an error that is only a text", async () => {
    expect((await fromResponse(Response.json({ error: "no" }, { status: 403 }))).fault.message).toBe("no");
  });
});

describe("faultOf", () => {
  it("is null for what was stopped on purpose, and offline for a network that fails", () => {
    expect(faultOf(new DOMException("x", "AbortError"))).toBeNull();
    expect(faultOf(new TypeError("x"))?.kind).toBe("offline");
    expect(faultOf("odd")?.kind).toBe("broken");
  });
});
