// Copies a text and says for a moment that it did.
import { useEffect, useState } from "react";
import { CheckIcon, CopyIcon } from "./icons";
import { IconButton } from "./IconButton";

const SHOWN_MS = 1_600;

export function CopyButton({ text, label = "Copy" }: { text: string; label?: string }) {
  const [isDone, setDone] = useState(false);
  useEffect(() => {
    if (!isDone) return;
    const timer = setTimeout(() => setDone(false), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [isDone]);
  const copy = async () => {
    await copyText(text);
    setDone(true);
  };
  return (
    <IconButton label={isDone ? "Copied" : label} onClick={() => void copy()}>
      {isDone ? <CheckIcon /> : <CopyIcon />}
    </IconButton>
  );
}

/** A desk on another machine without TLS is no secure context, where the clipboard's own interface is missing. */
export async function copyText(text: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = document.createElement("textarea");
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}
