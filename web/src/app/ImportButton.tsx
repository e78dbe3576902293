// Opens a conversation that somebody saved as a file.
import { type ChangeEvent, useRef } from "react";
import { LARGEST_FILE_BYTES } from "../history/file";
import { UploadIcon } from "../ui/icons";
import { IconButton } from "../ui/IconButton";
import { useApp } from "./appContext";
import { navigate } from "./router";

export function ImportButton({ onDone }: { onDone: () => void }) {
  const { workspace, notify } = useApp();
  const field = useRef<HTMLInputElement>(null);

  const take = async (event: ChangeEvent<HTMLInputElement>) => {
    const file = event.target.files?.[0];
    event.target.value = "";
    if (!file) return;
    try {
      if (file.size > LARGEST_FILE_BYTES) throw new Error("This file is too large for a conversation.");
      navigate({ page: "chat", id: await workspace.importFile(await file.text()) });
      notify("The conversation was imported.");
      onDone();
    } catch (error) {
      notify(error instanceof Error ? error.message : "The file cannot be read.");
    }
  };

  return (
    <>
      <IconButton label="Import a conversation from a file" onClick={() => field.current?.click()}>
        <UploadIcon />
      </IconButton>
      <input ref={field} type="file" accept=".json,application/json" hidden onChange={(event) => void take(event)} data-testid="import-file" />
    </>
  );
}
