// Ctrl-K: searches titles and texts, and begins a new chat.
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import type { SearchHit } from "../history/store";
import { ChatIcon, DataIcon, PlusIcon, SearchIcon, UsageIcon } from "../ui/icons";
import { Dialog } from "../ui/Dialog";
import { useApp } from "./appContext";
import { navigate, type Route } from "./router";

interface Choice {
  key: string;
  label: string;
  detail: string;
  icon: React.ReactNode;
  route: Route;
}

const PAGES: Choice[] = [
  { key: "new", label: "New chat", detail: "", icon: <PlusIcon />, route: { page: "chat", id: null } },
  { key: "data", label: "Data", detail: "", icon: <DataIcon />, route: { page: "data" } },
  { key: "usage", label: "Usage", detail: "", icon: <UsageIcon />, route: { page: "usage" } },
];
const SEARCH_AFTER_MS = 120;

export function SearchDialog({ onClose }: { onClose: () => void }) {
  const [query, setQuery] = useState("");
  const [active, setActive] = useState(0);
  const hits = useHits(query);
  const list = useRef<HTMLUListElement>(null);
  const pages = PAGES.filter((page) => page.label.toLowerCase().includes(query.trim().toLowerCase()));
  const choices = [...pages, ...hits.map(choiceOf)];
  const shown = Math.min(active, choices.length - 1);

  useEffect(() => {
    list.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  }, [shown]);

  const choose = (choice: Choice | undefined) => {
    if (!choice) return;
    onClose();
    navigate(choice.route);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const moves: Record<string, number> = { ArrowDown: 1, ArrowUp: -1 };
    const move = moves[event.key];
    if (move !== undefined && choices.length) {
      event.preventDefault();
      setActive((shown + move + choices.length) % choices.length);
    } else if (event.key === "Enter") {
      event.preventDefault();
      choose(choices[shown]);
    }
  };

  return (
    <Dialog title="Search conversations" onClose={onClose} className="search-dialog" isTitleHidden>
      <div className="search-field">
        <SearchIcon />
        <input
          role="combobox"
          aria-expanded="true"
          aria-controls="search-list"
          aria-activedescendant={choices[shown] ? `search-${choices[shown].key}` : undefined}
          aria-label="Search conversations"
          placeholder="Search conversations, or choose a page"
          value={query}
          onChange={(event) => {
            setQuery(event.target.value);
            setActive(0);
          }}
          onKeyDown={onKeyDown}
          autoFocus
        />
      </div>
      <ul id="search-list" role="listbox" aria-label="Results" className="search-list" ref={list}>
        {choices.map((choice, index) => (
          <li
            key={choice.key}
            id={`search-${choice.key}`}
            role="option"
            aria-selected={index === shown}
            className="search-choice"
            onClick={() => choose(choice)}
            onPointerMove={() => setActive(index)}
          >
            {choice.icon}
            <span className="search-text">
              <span>{choice.label}</span>
              {choice.detail && <small>{choice.detail}</small>}
            </span>
          </li>
        ))}
      </ul>
      {!choices.length && <p className="search-none">Nothing was found for “{query.trim()}”.</p>}
    </Dialog>
  );
}

function useHits(query: string): readonly SearchHit[] {
  const { workspace } = useApp();
  const [hits, setHits] = useState<readonly SearchHit[]>([]);
  useEffect(() => {
    let isCurrent = true;
    const timer = setTimeout(() => {
      void workspace.history.search(query).then((found) => isCurrent && setHits(found));
    }, query ? SEARCH_AFTER_MS : 0);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [query, workspace]);
  return hits;
}

function choiceOf({ info, snippet }: SearchHit): Choice {
  const detail = snippet || new Date(info.updatedAt).toLocaleDateString(undefined, { dateStyle: "medium" });
  return { key: info.id, label: info.title, detail, icon: <ChatIcon />, route: { page: "chat", id: info.id } };
}
