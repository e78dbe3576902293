// What every part below the shell may ask for.
import { createContext, useContext } from "react";
import type { AskSettings } from "../chat/settings";
import type { Connection } from "./connection";
import type { Workspace } from "./workspace";

export interface AppContextValue {
  workspace: Workspace;
  connection: Connection;
  settings: AskSettings;
  changeSettings: (change: Partial<AskSettings>) => void;
  changeKey: () => void;
  /** Says something to everybody, screen readers included, for a few seconds. */
  notify: (text: string) => void;
  openSidebar: () => void;
}

export const AppContext = createContext<AppContextValue | null>(null);

export function useApp(): AppContextValue {
  const value = useContext(AppContext);
  if (!value) throw new Error("This component belongs inside the app.");
  return value;
}
