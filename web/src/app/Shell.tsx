// Sidebar and page; on a phone the sidebar is a drawer. The shortcuts that hold everywhere live here.
import { type ReactNode, useEffect, useState } from "react";
import { useApp } from "./appContext";
import { OfflineBanner } from "./OfflineBanner";
import { SearchDialog } from "./SearchDialog";
import { Sidebar } from "./Sidebar";

interface Props {
  isSidebarOpen: boolean;
  onSidebar: (isOpen: boolean) => void;
  children: ReactNode;
}

export function Shell({ isSidebarOpen, onSidebar, children }: Props) {
  const { connection } = useApp();
  const [isSearching, setSearching] = useState(false);

  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k") {
        event.preventDefault();
        setSearching((isOpen) => !isOpen);
      } else if (event.key === "Escape" && isSidebarOpen) onSidebar(false);
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, [isSidebarOpen, onSidebar]);

  return (
    <div className="shell">
      <a className="skip-link" href="#main">
        Skip to the conversation
      </a>
      <Sidebar isOpen={isSidebarOpen} onClose={() => onSidebar(false)} onSearch={() => setSearching(true)} />
      {isSidebarOpen && <div className="drawer-shade" onClick={() => onSidebar(false)} />}
      <div className="shell-page" id="main">
        {(connection.status === "offline" || connection.status === "failed") && <OfflineBanner />}
        {children}
      </div>
      {isSearching && <SearchDialog onClose={() => setSearching(false)} />}
    </div>
  );
}
