// How the next question is asked; kept in this browser.
import type { Verbosity } from "../api/types";

export interface AskSettings {
  /** Empty until somebody picks one: then the first model of the desk answers. */
  model: string;
  verbosity: Verbosity;
  /** A day as 2026-09-30, or empty for now. */
  asOf: string;
  isResearch: boolean;
}

export const DEFAULT_SETTINGS: AskSettings = { model: "", verbosity: "medium", asOf: "", isResearch: true };

const STORAGE_KEY = "cryptodesk.ask";

export function loadSettings(storage: Storage): AskSettings {
  try {
    const kept = JSON.parse(storage.getItem(STORAGE_KEY) ?? "{}") as Partial<AskSettings>;
    return {
      model: typeof kept.model === "string" ? kept.model : "",
      verbosity: kept.verbosity === "low" || kept.verbosity === "high" ? kept.verbosity : "medium",
      // A moment in the past is chosen for one piece of work, and must not be met by surprise days later.
      asOf: "",
      isResearch: kept.isResearch !== false,
    };
  } catch {
    return DEFAULT_SETTINGS;
  }
}

export function saveSettings(storage: Storage, settings: AskSettings): void {
  try {
    storage.setItem(STORAGE_KEY, JSON.stringify(settings));
  } catch {
    // A private window may refuse; the choice then lasts as long as the page.
  }
}
