import { cleanup, render, screen, within } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";
import { Client } from "../api/client";
import { ClientContext } from "../api/clientContext";
import { DEFAULT_SETTINGS } from "../chat/settings";
import { MemoryHistory } from "../history/memory";
import { AppContext, type AppContextValue } from "./appContext";
import { Sidebar } from "./Sidebar";
import { Workspace } from "./workspace";

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

function show() {
  const client = new Client({ key: "k" });
  const workspace = new Workspace({ history: new MemoryHistory(), client: () => client, now: () => 1_000 });
  const unused = () => undefined;
  const connection: AppContextValue["connection"] = { status: "ready", models: [], fault: null, dataMode: null, retry: unused, refuseKey: unused };
  const value: AppContextValue = { workspace, connection, settings: DEFAULT_SETTINGS, changeSettings: unused, changeKey: unused, notify: unused, openSidebar: unused };
  render(
    <AppContext.Provider value={value}>
      <ClientContext.Provider value={client}>
        <Sidebar isOpen onClose={unused} onSearch={unused} />
      </ClientContext.Provider>
    </AppContext.Provider>,
  );
}

it("leads to the pages at its foot, and to the HTTP interface where the desk shows it", async () => {
  vi.stubGlobal("fetch", (path: string) => Promise.resolve(new Response(null, { status: path === "/try" ? 200 : 404 })));
  show();
  const pages = within(screen.getByRole("navigation", { name: "Pages" }));
  await pages.findByRole("link", { name: "HTTP API" });
  expect(pages.getAllByRole("link").map((link) => [link.textContent?.trim(), link.getAttribute("href")])).toEqual([
    ["Data", "/data"],
    ["Usage", "/usage"],
    ["HTTP API", "/try"],
  ]);
});
