// The desk does not answer; what was asked before can still be read.
import { OfflineIcon } from "../ui/icons";
import { useApp } from "./appContext";

export function OfflineBanner() {
  const { connection } = useApp();
  const text =
    connection.status === "offline"
      ? "The desk cannot be reached. Earlier conversations can still be read; it is tried again every few seconds."
      : (connection.fault?.message ?? "The desk failed.");
  return (
    <div className="banner" role="alert">
      <OfflineIcon />
      <span>{text}</span>
      <button type="button" className="button small" onClick={connection.retry}>
        Try again
      </button>
    </div>
  );
}
