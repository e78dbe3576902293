// When conversations are compared with the desk's: at the start, when the network is back, when the page is looked at again.
import { useEffect } from "react";
import type { Client } from "../api/client";
import type { Connection } from "./connection";
import { navigate, routeOf } from "./router";
import type { Workspace } from "./workspace";

const EVERY_MS = 60_000;

export function useSync(workspace: Workspace, client: Client, status: Connection["status"], notify: (text: string) => void): void {
  useEffect(() => {
    workspace.onNews = (text, droppedId) => {
      notify(text);
      const shown = routeOf(location);
      if (droppedId !== undefined && shown.page === "chat" && shown.id === droppedId) navigate({ page: "chat", id: null }, "replace");
    };
    return () => {
      workspace.onNews = null;
    };
  }, [workspace, notify]);

  useEffect(() => {
    if (!client.hasKey || status !== "ready") {
      if (!client.hasKey) workspace.sync.stop();
      return;
    }
    const run = () => void workspace.sync.run();
    const look = () => document.visibilityState === "visible" && workspace.sync.state().status !== "unsupported" && run();
    run();
    const timer = setInterval(look, EVERY_MS);
    window.addEventListener("online", run);
    document.addEventListener("visibilitychange", look);
    return () => {
      clearInterval(timer);
      window.removeEventListener("online", run);
      document.removeEventListener("visibilitychange", look);
    };
  }, [workspace, client, status]);
}
