// A button with a list of actions: arrows move, Escape and Tab close, the focus returns to the button.
import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from "react";

export interface MenuItem {
  label: string;
  onSelect: () => void;
  icon?: ReactNode;
  isDangerous?: boolean;
  isDisabled?: boolean;
  hint?: string;
}

interface Props {
  label: string;
  items: readonly MenuItem[];
  children: ReactNode;
  className?: string;
  onOpen?: () => void;
}

// Below this part of the window there is more room above.
const LOW = 0.7;

export function Menu({ label, items, children, className = "icon-button", onOpen }: Props) {
  const [isOpen, setOpen] = useState(false);
  const [side, setSide] = useState<"below" | "above">("below");
  const id = useId();
  const root = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  useOutsideClose(root, isOpen, () => setOpen(false));

  const close = () => {
    setOpen(false);
    button.current?.focus();
  };
  const open = () => {
    const bottom = button.current?.getBoundingClientRect().bottom ?? 0;
    setSide(bottom > window.innerHeight * LOW ? "above" : "below");
    setOpen(true);
    onOpen?.();
  };
  // A button with words of its own is named by them, and what it leads to is its description.
  const name = className.includes("icon-button") ? label : undefined;
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape" && isOpen) {
      event.stopPropagation();
      close();
    } else if (event.key === "Tab") setOpen(false);
    else if (isOpen) moveFocus(event, root.current);
    else if (event.key === "ArrowDown") {
      event.preventDefault();
      open();
    }
  };

  return (
    <div className="menu-root" ref={root} onKeyDown={onKeyDown}>
      <button
        ref={button}
        type="button"
        className={className}
        aria-label={name}
        title={label}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        aria-controls={isOpen ? id : undefined}
        onClick={() => (isOpen ? close() : open())}
      >
        {children}
      </button>
      {isOpen && (
        <div id={id} role="menu" aria-label={label} className={`menu menu-${side}`}>
          {items.map((item, index) => (
            <MenuEntry key={item.label} item={item} isFirst={index === 0} onDone={close} />
          ))}
        </div>
      )}
    </div>
  );
}

function MenuEntry({ item, isFirst, onDone }: { item: MenuItem; isFirst: boolean; onDone: () => void }) {
  const entry = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (isFirst) entry.current?.focus();
  }, [isFirst]);
  const select = () => {
    onDone();
    item.onSelect();
  };
  return (
    <button ref={entry} type="button" role="menuitem" tabIndex={-1} className={item.isDangerous ? "menu-item danger" : "menu-item"} disabled={item.isDisabled} onClick={select}>
      {item.icon}
      <span>{item.label}</span>
      {item.hint && <span className="menu-hint">{item.hint}</span>}
    </button>
  );
}

/** Up, Down, Home and End among the buttons of a list. */
export function moveFocus(event: KeyboardEvent, root: HTMLElement | null, selector = "[role=menuitem]:not(:disabled)"): void {
  const entries = [...(root?.querySelectorAll<HTMLElement>(selector) ?? [])];
  const at = entries.indexOf(document.activeElement as HTMLElement);
  const targets: Record<string, number> = { ArrowDown: at + 1, ArrowUp: at < 0 ? -1 : at - 1, Home: 0, End: -1 };
  const target = targets[event.key];
  if (target === undefined || !entries.length) return;
  event.preventDefault();
  entries.at(target % entries.length)?.focus();
}

export function useOutsideClose(root: { current: HTMLElement | null }, isOpen: boolean, close: () => void): void {
  const latest = useRef(close);
  useEffect(() => {
    latest.current = close;
  });
  useEffect(() => {
    if (!isOpen) return;
    const onDown = (event: PointerEvent) => {
      if (!root.current?.contains(event.target as Node)) latest.current();
    };
    document.addEventListener("pointerdown", onDown);
    return () => document.removeEventListener("pointerdown", onDown);
  }, [isOpen, root]);
}
