// The API key of this browser. A link may bring it in its fragment, which no server sees and which is removed at once.

const STORAGE_KEY = "cryptodesk.key";
let unkept: string | null = null;

export function loadKey(): string | null {
  try {
    return localStorage.getItem(STORAGE_KEY) ?? unkept;
  } catch {
    return unkept;
  }
}

export function saveKey(key: string | null): void {
  unkept = key;
  try {
    if (key === null) localStorage.removeItem(STORAGE_KEY);
    else localStorage.setItem(STORAGE_KEY, key);
  } catch {
    // The key then lasts as long as the page.
  }
}

export function takeKeyFromAddress(): void {
  const key = keyOf(location.hash);
  if (key === null) return;
  history.replaceState(null, "", location.pathname + location.search);
  if (key) saveKey(key);
}

export function keyOf(hash: string): string | null {
  if (!/^#(.*&)?key=/.test(hash)) return null;
  return cleanKey(new URLSearchParams(hash.slice(1)).get("key") ?? "");
}

/** What can stand in a header; people paste keys with quotes, spaces and line ends around them. */
export function cleanKey(text: string): string {
  return text.trim().replace(/^["'`]+|["'`]+$/g, "").replace(/^Bearer\s+/i, "").replace(/[^\x21-\x7e]/g, "");
}
