// Title, where the data come from, what the conversation has cost, and its export.
import { useState } from "react";
import { useClient } from "../api/clientContext";
import { faultOf } from "../api/errors";
import { useApp } from "../app/appContext";
import { exportConversation } from "../app/exporting";
import { download, fileName } from "../history/download";
import type { MessageNode } from "../history/types";
import { DownloadIcon, MenuIcon } from "../ui/icons";
import { IconButton } from "../ui/IconButton";
import { Menu, type MenuItem } from "../ui/Menu";
import { DataModeLabel } from "./DataModeLabel";
import type { SessionState } from "./session";
import { runningTotal } from "./total";

export function ChatHeader({ state }: { state: SessionState }) {
  const { openSidebar } = useApp();
  const total = runningTotal(state.nodes.values());
  const hasBegun = state.nodes.size > 0;
  return (
    <header className="chat-head">
      <IconButton label="Open the sidebar" className="only-narrow" onClick={openSidebar}>
        <MenuIcon />
      </IconButton>
      <h1 className="chat-title">{hasBegun ? state.info.title : "New chat"}</h1>
      <DataModeLabel path={state.path} />
      {total && (
        <span className="total" title="What all answers of this conversation have cost, every branch counted">
          <span className="wide-text">Total </span>
          <strong>{total}</strong>
        </span>
      )}
      {hasBegun && <ExportMenu state={state} />}
    </header>
  );
}

function ExportMenu({ state }: { state: SessionState }) {
  const { workspace } = useApp();
  const { id } = state.info;
  const items: MenuItem[] = [
    { label: "Markdown", icon: <DownloadIcon />, onSelect: () => void exportConversation(workspace, id, "markdown") },
    { label: "File to share or import (JSON)", icon: <DownloadIcon />, onSelect: () => void exportConversation(workspace, id, "json") },
  ];
  const evidence = useEvidenceItem(state);
  return (
    <Menu label="Export" items={[...items, evidence.item]} onOpen={evidence.ask}>
      <DownloadIcon />
    </Menu>
  );
}

/** Whether this desk gives out evidence is asked when somebody opens the menu. */
function useEvidenceItem(state: SessionState): { item: MenuItem; ask: () => void } {
  const client = useClient();
  const { notify } = useApp();
  const [isOffered, setOffered] = useState<boolean | null>(null);
  const runId = lastRunId(state.path);
  const save = async () => {
    if (!runId) return;
    notify("The evidence is being made; it is saved in a moment.");
    try {
      const file = await client.evidence(runId);
      if (file) download(fileName(state.info.title, "evidence.json"), file, "application/json");
      else notify("There is no evidence of this answer: another key asked for it, or its recording is past its time.");
    } catch (error) {
      notify(faultOf(error)?.message ?? "The evidence could not be made.");
    }
  };
  const hint = isOffered === false ? "by command on the server" : !runId ? "after an answer" : "";
  return {
    ask: () => {
      if (isOffered === null) client.offersEvidence().then(setOffered, () => setOffered(false));
    },
    item: { label: "Evidence of the last answer", icon: <DownloadIcon />, isDisabled: !isOffered || !runId, hint, onSelect: () => void save() },
  };
}

function lastRunId(path: readonly MessageNode[]): string | null {
  const last = path.findLast((node) => node.role === "assistant" && node.status === "done");
  return last?.role === "assistant" ? (last.runId ?? null) : null;
}
