// The browser's own modal dialog: it keeps the focus inside, closes by Escape, and gives the focus back.
import { type ReactNode, useEffect, useId, useRef } from "react";
import { CloseIcon } from "./icons";
import { IconButton } from "./IconButton";

interface Props {
  title: string;
  onClose: () => void;
  children: ReactNode;
  className?: string;
  /** A dialog whose first field says all needs no visible heading. */
  isTitleHidden?: boolean;
}

export function Dialog({ title, onClose, children, className = "", isTitleHidden = false }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useEffect(() => {
    const element = dialog.current;
    // A browser without the method, as in tests, shows it as an open one.
    if (element?.showModal) element.showModal();
    else element?.setAttribute("open", "");
    return () => element?.close?.();
  }, []);
  return (
    <dialog
      ref={dialog}
      className={`dialog ${className}`}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => event.target === dialog.current && onClose()}
    >
      <div className="dialog-body">
        <header className={isTitleHidden ? "visually-hidden" : "dialog-head"}>
          <h2 id={titleId}>{title}</h2>
          {!isTitleHidden && (
            <IconButton label="Close" onClick={onClose}>
              <CloseIcon />
            </IconButton>
          )}
        </header>
        {children}
      </div>
    </dialog>
  );
}
