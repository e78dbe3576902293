// Whether figures are marked: one choice for all answers, kept in the browser.
import { useSyncExternalStore } from "react";

const NAME = "cryptodesk.marks";
const listeners = new Set<() => void>();

export function useMarks(): [boolean, (isOn: boolean) => void] {
  return [useSyncExternalStore(subscribe, areMarksOn), setMarks];
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function areMarksOn(): boolean {
  try {
    return localStorage.getItem(NAME) !== "off";
  } catch {
    return true;
  }
}

export function setMarks(isOn: boolean): void {
  try {
    localStorage.setItem(NAME, isOn ? "on" : "off");
  } catch {
    // Without storage the choice cannot be kept, and marks stay on.
  }
  listeners.forEach((listener) => listener());
}
