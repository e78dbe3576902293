// Where the conversations are kept: in this browser alone, or on the desk too, and what is in the way of it.
import { useState, useSyncExternalStore } from "react";
import { useClient } from "../api/clientContext";
import { faultOf } from "../api/errors";
import { download } from "../history/download";
import type { SyncState } from "../history/sync";
import { CloudIcon, OfflineIcon, ScreenIcon, WarnIcon } from "../ui/icons";
import { Popover } from "../ui/Popover";
import { useApp } from "./appContext";
import { detailOf, labelOf } from "./syncWords";

export function SyncStatus() {
  const { workspace } = useApp();
  const state = useSyncExternalStore(workspace.sync.subscribe, workspace.sync.state);
  const Icon = ICONS[state.status];
  return (
    <Popover
      label="Where conversations are kept"
      className={state.status === "full" || state.status === "failed" ? "sync-status is-wrong" : "sync-status"}
      trigger={
        <>
          <Icon />
          <span>{labelOf(state.status)}</span>
        </>
      }
    >
      <SyncCard state={state} />
    </Popover>
  );
}

const ICONS: Record<SyncState["status"], () => React.JSX.Element> = {
  off: ScreenIcon,
  unsupported: ScreenIcon,
  syncing: CloudIcon,
  synced: CloudIcon,
  waiting: OfflineIcon,
  full: WarnIcon,
  failed: WarnIcon,
};

function SyncCard({ state }: { state: SyncState }) {
  const { workspace, notify } = useApp();
  const client = useClient();
  const [isBusy, setBusy] = useState(false);
  const isShared = state.status !== "off" && state.status !== "unsupported";
  // Busy buttons are not switched off: the one that was pressed would lose the focus.
  const during = (work: () => Promise<void>) => async () => {
    if (isBusy) return;
    setBusy(true);
    try {
      await work();
    } catch (error) {
      notify(faultOf(error)?.message ?? "That did not work.");
    } finally {
      setBusy(false);
    }
  };
  const save = during(async () => download("conversations.ndjson", await client.exportConversations(), "application/x-ndjson"));
  return (
    <div className="sync-card">
      <p>{detailOf(state)}</p>
      {state.others > 0 && (
        <p>
          {state.others} {state.others === 1 ? "conversation was" : "conversations were"} kept for another key and {state.others === 1 ? "stays" : "stay"} in this browser.{" "}
          <button type="button" className="text-button" aria-disabled={isBusy} onClick={() => void during(() => workspace.sync.adopt())()}>
            Keep with this key, too
          </button>
        </p>
      )}
      {isShared && (
        <div className="sync-actions">
          <button type="button" className="button small" aria-disabled={isBusy || state.status === "syncing"} onClick={() => void during(() => workspace.sync.run())()}>
            Synchronise now
          </button>
          <button type="button" className="button small" aria-disabled={isBusy} onClick={() => void save()}>
            Download all
          </button>
        </div>
      )}
    </div>
  );
}
