// A conversation as a file, from the open session or from what is kept.
import { download, fileName } from "../history/download";
import { toFile } from "../history/file";
import { toMarkdown } from "../history/markdown";
import type { Workspace } from "./workspace";

export type ExportKind = "markdown" | "json";

export async function exportConversation(workspace: Workspace, id: string, kind: ExportKind): Promise<void> {
  const conversation = workspace.opened(id)?.conversation() ?? (await workspace.history.load(id));
  if (!conversation) return;
  const { title } = conversation.info;
  if (kind === "markdown") download(fileName(title, "md"), toMarkdown(conversation), "text/markdown;charset=utf-8");
  else download(fileName(title, "cryptodesk.json"), toFile(conversation), "application/json");
}
