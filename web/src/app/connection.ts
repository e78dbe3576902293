// Whether the desk answers, whether it wants a key, and which models it serves.
import { useCallback, useEffect, useState } from "react";
import type { Client } from "../api/client";
import { type Fault, faultOf } from "../api/errors";
import type { DataStatus, Model } from "../api/types";

export interface Connection {
  status: "starting" | "ready" | "key" | "offline" | "failed";
  models: readonly Model[];
  fault: Fault | null;
  dataMode: string | null;
  retry: () => void;
  refuseKey: () => void;
}

const RETRY_MS = 8_000;

type Known = Pick<Connection, "status" | "models" | "fault" | "dataMode">;
const STARTING: Known = { status: "starting", models: [], fault: null, dataMode: null };

export function useConnection(client: Client): Connection {
  const [known, setKnown] = useState<Known>(STARTING);
  const [attempt, setAttempt] = useState(0);
  const retry = useCallback(() => setAttempt((count) => count + 1), []);
  const refuseKey = useCallback(() => setKnown((before) => ({ ...before, status: "key" })), []);

  useEffect(() => {
    const abort = new AbortController();
    client.models(abort.signal).then(
      async (models) => {
        setKnown((before) => ({ ...before, status: "ready", models, fault: null }));
        const dataMode = modeOf(await client.dataStatus(abort.signal).catch(() => null));
        if (!abort.signal.aborted) setKnown((before) => ({ ...before, dataMode }));
      },
      (error: unknown) => {
        const fault = faultOf(error);
        if (fault) setKnown((before) => ({ ...before, fault, status: statusOf(fault) }));
      },
    );
    return () => abort.abort();
  }, [client, attempt]);

  useEffect(() => {
    if (known.status !== "offline") return;
    const timer = setInterval(retry, RETRY_MS);
    window.addEventListener("online", retry);
    return () => {
      clearInterval(timer);
      window.removeEventListener("online", retry);
    };
  }, [known.status, retry]);

  return { ...known, retry, refuseKey };
}

function statusOf(fault: Fault): Connection["status"] {
  if (fault.kind === "key") return "key";
  return fault.kind === "offline" || fault.kind === "broken" ? "offline" : "failed";
}

function modeOf(status: DataStatus | null): string | null {
  return status?.mode ?? null;
}
