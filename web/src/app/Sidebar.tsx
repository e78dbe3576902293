// Conversations, pages and what belongs to this browser.
import { type KeyboardEvent, useMemo, useRef, useSyncExternalStore } from "react";
import { groupByDay } from "../history/groups";
import { ChatIcon, CloseIcon, DataIcon, KeyIcon, MoonIcon, PlusIcon, ScreenIcon, SearchIcon, SunIcon, UsageIcon } from "../ui/icons";
import { IconButton } from "../ui/IconButton";
import { moveFocus } from "../ui/Menu";
import { useApp } from "./appContext";
import { HistoryEntry } from "./HistoryEntry";
import { ImportButton } from "./ImportButton";
import { Link } from "./Link";
import { useRoute } from "./router";
import { SyncStatus } from "./SyncStatus";
import { setTheme, type Theme, useTheme } from "./theme";
import { TryLink } from "./TryLink";

interface Props {
  isOpen: boolean;
  onClose: () => void;
  onSearch: () => void;
}

export function Sidebar({ isOpen, onClose, onSearch }: Props) {
  const { changeKey } = useApp();
  const route = useRoute();
  const isFresh = route.page === "chat" && route.id === null;
  return (
    <aside className={isOpen ? "sidebar is-open" : "sidebar"} aria-label="Conversations and pages">
      <div className="sidebar-head">
        <Link to={{ page: "chat", id: null }} className="brand" onClick={onClose}>
          <img src="/icon.svg" alt="" width="22" height="22" />
          cryptodesk
        </Link>
        <IconButton label="Close the sidebar" className="only-narrow" onClick={onClose}>
          <CloseIcon />
        </IconButton>
      </div>
      <div className="sidebar-actions">
        <Link to={{ page: "chat", id: null }} className="side-row" aria-current={isFresh ? "page" : undefined} onClick={onClose}>
          <PlusIcon /> New chat
        </Link>
        <button type="button" className="side-row" onClick={onSearch}>
          <SearchIcon /> Search <kbd>Ctrl K</kbd>
        </button>
      </div>
      <HistoryList onNavigate={onClose} />
      <nav className="sidebar-foot" aria-label="Pages">
        <Link to={{ page: "data" }} className="side-row" aria-current={route.page === "data" ? "page" : undefined} onClick={onClose}>
          <DataIcon /> Data
        </Link>
        <Link to={{ page: "usage" }} className="side-row" aria-current={route.page === "usage" ? "page" : undefined} onClick={onClose}>
          <UsageIcon /> Usage
        </Link>
        <TryLink />
        <SyncStatus />
        <div className="side-tools">
          <ThemeSwitch />
          <span className="spacer" />
          <ImportButton onDone={onClose} />
          <IconButton label="Change the API key" onClick={changeKey}>
            <KeyIcon />
          </IconButton>
        </div>
      </nav>
    </aside>
  );
}

function HistoryList({ onNavigate }: { onNavigate: () => void }) {
  const { workspace } = useApp();
  const { infos, isLoaded, runningIds } = useSyncExternalStore(workspace.subscribe, workspace.state);
  const list = useRef<HTMLDivElement>(null);
  const groups = useMemo(() => groupByDay(infos, Date.now()), [infos]);
  const onKeyDown = (event: KeyboardEvent) => {
    if ((event.target as HTMLElement).matches(".history-link")) moveFocus(event, list.current, ".history-link");
  };
  return (
    <nav className="history" aria-label="Conversations" ref={list} onKeyDown={onKeyDown}>
      {isLoaded && !infos.length && (
        <p className="history-empty">
          <ChatIcon />
          Your conversations appear here.
        </p>
      )}
      {groups.map((group) => (
        <section key={group.label}>
          <h2 className="history-day">{group.label}</h2>
          <ul>
            {group.infos.map((info) => (
              <HistoryEntry key={info.id} info={info} isRunning={runningIds.has(info.id)} onNavigate={onNavigate} />
            ))}
          </ul>
        </section>
      ))}
    </nav>
  );
}

const THEMES: { theme: Theme; label: string; Icon: () => React.JSX.Element }[] = [
  { theme: "light", label: "Light", Icon: SunIcon },
  { theme: "system", label: "As the system", Icon: ScreenIcon },
  { theme: "dark", label: "Dark", Icon: MoonIcon },
];

function ThemeSwitch() {
  const shown = useTheme();
  return (
    <div className="segmented" role="group" aria-label="Colours">
      {THEMES.map(({ theme, label, Icon }) => (
        <IconButton key={theme} label={label} aria-pressed={shown === theme} onClick={() => setTheme(theme)}>
          <Icon />
        </IconButton>
      ))}
    </div>
  );
}
