// A small panel beside a button: opens by click, closes by Escape or a click elsewhere.
import { type KeyboardEvent, type ReactNode, useId, useRef, useState } from "react";
import { useOutsideClose } from "./Menu";

interface Props {
  label: string;
  trigger: ReactNode;
  children: ReactNode;
  className?: string;
  onOpen?: () => void;
}

export function Popover({ label, trigger, children, className = "text-button", onOpen }: Props) {
  const [isOpen, setOpen] = useState(false);
  const id = useId();
  const root = useRef<HTMLSpanElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  useOutsideClose(root, isOpen, () => setOpen(false));
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Escape" || !isOpen) return;
    event.stopPropagation();
    setOpen(false);
    button.current?.focus();
  };
  const toggle = () => {
    if (!isOpen) onOpen?.();
    setOpen(!isOpen);
  };
  return (
    <span className="popover-root" ref={root} onKeyDown={onKeyDown}>
      <button ref={button} type="button" className={className} aria-expanded={isOpen} aria-controls={isOpen ? id : undefined} onClick={toggle}>
        {trigger}
      </button>
      {isOpen && (
        <div id={id} role="group" aria-label={label} className="popover">
          {children}
        </div>
      )}
    </span>
  );
}
