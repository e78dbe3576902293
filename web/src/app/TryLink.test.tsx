import { act, cleanup, render, screen } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";
import { TryLink } from "./TryLink";

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

function stub(answer: () => Promise<Response>) {
  const asked = vi.fn<typeof fetch>().mockImplementation(answer);
  vi.stubGlobal("fetch", asked);
  return asked;
}

it("leads to the page about the HTTP interface, on this desk and in a tab of its own", async () => {
  const asked = stub(() => Promise.resolve(new Response(null, { status: 200 })));
  render(<TryLink />);
  const link = await screen.findByRole<HTMLAnchorElement>("link", { name: "HTTP API" });
  expect(new URL(link.href).origin).toBe(location.origin);
  expect([link.getAttribute("href"), link.target, link.rel]).toEqual(["/try", "_blank", "noopener noreferrer"]);
  expect(asked).toHaveBeenCalledExactlyOnceWith("/try", expect.objectContaining({ method: "HEAD" }));
});

it.each([
  ["does not serve it", () => Promise.resolve(new Response(null, { status: 404 }))],
  ["is behind a sign-in page", () => Promise.resolve(Object.defineProperty(new Response(null, { status: 200 }), "redirected", { value: true }))],
  ["cannot be reached", () => Promise.reject(new TypeError("Failed to fetch"))],
])("shows no link where the desk %s", async (_, answer) => {
  const asked = stub(answer);
  await act(async () => void render(<TryLink />));
  expect(asked).toHaveBeenCalledOnce();
  expect(screen.queryByRole("link")).toBeNull();
});

it("asks no further once it is gone", async () => {
  let signal: AbortSignal | null | undefined;
  vi.stubGlobal("fetch", (_: string, request: RequestInit) => {
    signal = request.signal;
    return new Promise(() => undefined);
  });
  render(<TryLink />).unmount();
  expect(signal?.aborted).toBe(true);
});
