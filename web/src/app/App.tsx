// The whole page: key, connection, conversations, and the page that the address names.
import { lazy, Suspense, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { Client } from "../api/client";
import { ClientContext } from "../api/clientContext";
import { ChatPage } from "../chat/ChatPage";
import { loadSettings, saveSettings, type AskSettings } from "../chat/settings";
import type { HistoryStore } from "../history/store";
import { ErrorBoundary } from "../ui/ErrorBoundary";
import { AppContext, type AppContextValue } from "./appContext";
import { useConnection } from "./connection";
import { DefectNote } from "./DefectNote";
import { loadKey, saveKey } from "./key";
import { KeyGate } from "./KeyGate";
import { Notice } from "./Notice";
import { useRoute } from "./router";
import { Shell } from "./Shell";
import { useSync } from "./useSync";
import { Workspace } from "./workspace";

const DataPage = lazy(() => import("../pages/DataPage").then((page) => ({ default: page.DataPage })));
const UsagePage = lazy(() => import("../pages/UsagePage").then((page) => ({ default: page.UsagePage })));

export function App({ history }: { history: HistoryStore }) {
  const route = useRoute();
  const [key, setKey] = useState(loadKey);
  const client = useMemo(() => new Client({ key }), [key]);
  const connection = useConnection(client);
  const [settings, setSettings] = useState(() => loadSettings(localStorage));
  const [isAskingKey, setAskingKey] = useState(false);
  const [notice, setNotice] = useState("");
  const [isSidebarOpen, setSidebarOpen] = useState(false);
  const workspace = useWorkspace(history, client, connection.refuseKey);

  useSync(workspace, client, connection.status, setNotice);

  const changeSettings = useCallback((change: Partial<AskSettings>) => {
    setSettings((before) => ({ ...before, ...change }));
  }, []);
  useEffect(() => saveSettings(localStorage, settings), [settings]);

  const model = settings.model && connection.models.some(({ id }) => id === settings.model) ? settings.model : (connection.models[0]?.id ?? settings.model);
  const value = useMemo<AppContextValue>(
    () => ({
      workspace,
      connection,
      settings: { ...settings, model },
      changeSettings,
      changeKey: () => setAskingKey(true),
      notify: setNotice,
      openSidebar: () => setSidebarOpen(true),
    }),
    [workspace, connection, settings, model, changeSettings],
  );

  if (connection.status === "key" || isAskingKey) {
    const take = (next: string) => {
      saveKey(next);
      setKey(next);
      setAskingKey(false);
      connection.retry();
    };
    return <KeyGate wasRefused={connection.status === "key" && key !== null} onKey={take} />;
  }
  return (
    <AppContext.Provider value={value}>
      <ClientContext.Provider value={client}>
        <Shell isSidebarOpen={isSidebarOpen} onSidebar={setSidebarOpen}>
          <ErrorBoundary key={route.page} fallback={<DefectNote />}>
            <Suspense fallback={<div className="page-wait" role="status" aria-label="Loading" />}>
              {route.page === "chat" && <ChatPage id={route.id} />}
              {route.page === "data" && <DataPage />}
              {route.page === "usage" && <UsagePage />}
            </Suspense>
          </ErrorBoundary>
        </Shell>
        <Notice text={notice} onDone={() => setNotice("")} />
      </ClientContext.Provider>
    </AppContext.Provider>
  );
}

/** One workspace for the life of the page; it always asks with the newest key. */
function useWorkspace(history: HistoryStore, client: Client, onKeyRefused: () => void): Workspace {
  const latest = useRef({ client, onKeyRefused });
  useEffect(() => {
    latest.current = { client, onKeyRefused };
  });
  const [workspace] = useState(
    () => new Workspace({ history, client: () => latest.current.client, now: Date.now, onKeyRefused: () => latest.current.onKeyRefused() }),
  );
  useEffect(() => {
    void workspace.refresh();
  }, [workspace]);
  return workspace;
}
