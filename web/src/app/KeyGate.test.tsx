import { cleanup, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, it, vi } from "vitest";
import { KeyGate } from "./KeyGate";

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const answers = (status: number, body: unknown) => vi.stubGlobal("fetch", vi.fn().mockImplementation(() => Promise.resolve(Response.json(body, { status }))));

it("hands on a key that the desk takes, cleaned", async () => {
  answers(200, { data: [] });
  const onKey = vi.fn();
  render(<KeyGate wasRefused={false} onKey={onKey} />);
  await userEvent.type(screen.getByLabelText("API key"), ' "cd_abc" ');
  await userEvent.click(screen.getByRole("button", { name: "Continue" }));
  expect(onKey).toHaveBeenCalledExactlyOnceWith("cd_abc");
});

it("tells why a key is refused, and hands on nothing", async () => {
  answers(401, { error: { message: "Incorrect API key provided", code: "invalid_api_key" } });
  const onKey = vi.fn();
  render(<KeyGate wasRefused={false} onKey={onKey} />);
  await userEvent.click(screen.getByRole("button", { name: "Continue" }));
  expect(screen.getByRole("alert").textContent).toBe("Paste a key first.");
  await userEvent.type(screen.getByLabelText("API key"), "wrong{Enter}");
  expect(screen.getByRole("alert").textContent).toBe("Incorrect API key provided");
  expect(onKey).not.toHaveBeenCalled();
});

it("says that a key which was known is refused now, and shows what is typed only when asked to", async () => {
  render(<KeyGate wasRefused onKey={vi.fn()} />);
  expect(screen.getByRole("alert").textContent).toContain("does not know this key");
  const field = screen.getByLabelText<HTMLInputElement>("API key");
  expect(field.type).toBe("password");
  await userEvent.click(screen.getByLabelText("Show the key"));
  expect(field.type).toBe("text");
});
