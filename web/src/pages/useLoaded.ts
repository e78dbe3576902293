// What a page reads from the desk: waiting, read, or failed, and read again on demand.
import { useCallback, useEffect, useState } from "react";
import { useClient } from "../api/clientContext";
import type { Client } from "../api/client";
import { type Fault, faultOf } from "../api/errors";

export interface Loaded<T> {
  value: T | null;
  fault: Fault | null;
  isLoading: boolean;
  reload: () => void;
}

/** `read` must be the same function as long as it reads the same. What was read stays while it is read again. */
export function useLoaded<T>(read: (client: Client, signal: AbortSignal) => Promise<T>): Loaded<T> {
  const client = useClient();
  const [state, setState] = useState<{ value: T | null; fault: Fault | null; isLoading: boolean }>({ value: null, fault: null, isLoading: true });
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    const stop = new AbortController();
    setState((known) => ({ ...known, isLoading: true }));
    read(client, stop.signal).then(
      (value) => !stop.signal.aborted && setState({ value, fault: null, isLoading: false }),
      (error: unknown) => !stop.signal.aborted && setState((known) => ({ ...known, fault: faultOf(error), isLoading: false })),
    );
    return () => stop.abort();
  }, [client, read, turn]);
  return { ...state, reload: useCallback(() => setTurn((known) => known + 1), []) };
}
