// What is said of where the conversations are.
import type { SyncState } from "../history/sync";

const LABELS: Record<SyncState["status"], string> = {
  off: "Kept in this browser",
  unsupported: "Kept in this browser",
  syncing: "Synchronising…",
  synced: "Kept on the desk, too",
  waiting: "Waiting for the desk",
  full: "The desk is full",
  failed: "Not all is on the desk",
};

const DETAILS: Record<SyncState["status"], string> = {
  off: "Conversations stay in this browser. With an API key the desk keeps them as well, for your other browsers.",
  unsupported: "This desk keeps no conversations; they stay in this browser.",
  syncing: "What is new here goes to the desk, and what is new there comes here.",
  synced: "The desk keeps these conversations for your key. Every browser that is signed in with it has the same ones.",
  waiting: "The desk does not answer. What you write stays here and is sent as soon as it does.",
  full: "The desk has no room left for this key. What is new stays in this browser; deleting conversations makes room.",
  failed: "Something could not be sent and stays in this browser.",
};

export function labelOf(status: SyncState["status"]): string {
  return LABELS[status];
}

export function detailOf({ status, complaint }: SyncState): string {
  const isTold = complaint !== "" && (status === "full" || status === "failed");
  return isTold ? `${DETAILS[status]} The desk says: ${complaint}` : DETAILS[status];
}

/** Whether what is deleted here is deleted on the desk, too. */
export function isShared(status: SyncState["status"]): boolean {
  return status !== "off" && status !== "unsupported";
}
