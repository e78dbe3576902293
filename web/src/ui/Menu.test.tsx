import { cleanup, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, it, vi } from "vitest";
import { Menu } from "./Menu";

afterEach(cleanup);

function show() {
  const chosen = vi.fn();
  const items = ["One", "Two", "Three"].map((label) => ({ label, onSelect: () => chosen(label), isDisabled: label === "Two" }));
  render(
    <>
      <Menu label="Options" items={items}>
        …
      </Menu>
      <p>elsewhere</p>
    </>,
  );
  return { chosen, button: screen.getByRole("button", { name: "Options" }) };
}

it("arrows move over what can be chosen, and choosing closes and gives the focus back", async () => {
  const { chosen, button } = show();
  button.focus();
  await userEvent.keyboard("{ArrowDown}");
  expect(document.activeElement?.textContent).toBe("One");
  await userEvent.keyboard("{ArrowDown}");
  expect(document.activeElement?.textContent).toBe("Three");
  await userEvent.keyboard("{ArrowDown}{End}{Enter}");
  expect(chosen).toHaveBeenCalledExactlyOnceWith("Three");
  expect(screen.queryByRole("menu")).toBeNull();
  expect(document.activeElement).toBe(button);
});

it("closes by Escape and by a click elsewhere, and chooses nothing", async () => {
  const { chosen, button } = show();
  await userEvent.click(button);
  await userEvent.keyboard("{Escape}");
  expect(screen.queryByRole("menu")).toBeNull();
  await userEvent.click(button);
  await userEvent.click(screen.getByText("elsewhere"));
  expect(screen.queryByRole("menu")).toBeNull();
  expect(chosen).not.toHaveBeenCalled();
});

it("a button with words of its own is named by them", () => {
  render(
    <Menu label="taken for Bitcoin" items={[]} className="chip">
      BTC
    </Menu>,
  );
  expect(screen.getByRole("button", { name: "BTC" }).title).toBe("taken for Bitcoin");
});
