// One conversation of the list: open, rename in place, export, delete after a question.
import { type FormEvent, type KeyboardEvent, useState } from "react";
import type { ConversationInfo } from "../history/types";
import { DownloadIcon, EditIcon, MoreIcon, TrashIcon } from "../ui/icons";
import { Dialog } from "../ui/Dialog";
import { Menu } from "../ui/Menu";
import { exportConversation } from "./exporting";
import { useApp } from "./appContext";
import { Link } from "./Link";
import { navigate, useRoute } from "./router";
import { isShared } from "./syncWords";

interface Props {
  info: ConversationInfo;
  isRunning: boolean;
  onNavigate: () => void;
}

export function HistoryEntry({ info, isRunning, onNavigate }: Props) {
  const { workspace, notify } = useApp();
  const route = useRoute();
  const [isRenaming, setRenaming] = useState(false);
  const [isDeleting, setDeleting] = useState(false);
  const isShown = route.page === "chat" && route.id === info.id;

  const remove = async () => {
    setDeleting(false);
    if (isShown) navigate({ page: "chat", id: null }, "replace");
    await workspace.remove(info.id);
    notify("The conversation was deleted.");
  };

  if (isRenaming) return <RenameField info={info} onDone={() => setRenaming(false)} />;
  const label = `Options of ${info.title}`;
  return (
    <li className={isShown ? "history-entry is-shown" : "history-entry"}>
      <Link to={{ page: "chat", id: info.id }} className="history-link" aria-current={isShown ? "page" : undefined} onClick={onNavigate} title={info.title}>
        {info.title}
        {isRunning && <span className="running-dot" role="img" aria-label="being answered" />}
      </Link>
      <Menu
        label={label}
        className="icon-button history-more"
        items={[
          { label: "Rename", icon: <EditIcon />, onSelect: () => setRenaming(true) },
          { label: "Export as Markdown", icon: <DownloadIcon />, onSelect: () => void exportConversation(workspace, info.id, "markdown") },
          { label: "Save as file to share", icon: <DownloadIcon />, onSelect: () => void exportConversation(workspace, info.id, "json") },
          { label: "Delete", icon: <TrashIcon />, isDangerous: true, onSelect: () => setDeleting(true) },
        ]}
      >
        <MoreIcon />
      </Menu>
      {isDeleting && (
        <Dialog title="Delete this conversation?" onClose={() => setDeleting(false)}>
          <p className="muted">
            “{info.title}” is removed from this browser{isShared(workspace.sync.state().status) ? ", from the desk and from your other browsers" : ""}. This
            cannot be undone; the ledger of the desk keeps its costs.
          </p>
          <div className="dialog-actions">
            <button type="button" className="button" onClick={() => setDeleting(false)} autoFocus>
              Keep
            </button>
            <button type="button" className="button danger" onClick={() => void remove()}>
              Delete
            </button>
          </div>
        </Dialog>
      )}
    </li>
  );
}

function RenameField({ info, onDone }: { info: ConversationInfo; onDone: () => void }) {
  const { workspace } = useApp();
  const [text, setText] = useState(info.title);
  const save = (event?: FormEvent) => {
    event?.preventDefault();
    onDone();
    if (text.trim() && text !== info.title) void workspace.rename(info.id, text);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    onDone();
  };
  return (
    <li className="history-entry">
      <form onSubmit={save} className="rename">
        <input aria-label="Name of the conversation" value={text} onChange={(event) => setText(event.target.value)} onBlur={() => save()} onKeyDown={onKeyDown} autoFocus maxLength={200} />
      </form>
    </li>
  );
}
