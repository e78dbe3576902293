// The key of this browser, the same that the web app keeps.

const STORAGE_KEY = "cryptodesk.key";

export function startKey(changed) {
  const field = document.getElementById("key");
  const note = document.getElementById("key-note");
  const shown = document.getElementById("key-show");
  field.value = read();
  field.addEventListener("input", () => {
    const isKept = write(clean(field.value));
    note.textContent = isKept ? "Kept in this browser, for the web app too." : "Kept as long as this page is open.";
    changed();
  });
  document.getElementById("key-form").addEventListener("submit", (event) => event.preventDefault());
  shown.addEventListener("click", () => {
    const isHidden = field.type === "password";
    field.type = isHidden ? "text" : "password";
    shown.textContent = isHidden ? "Hide" : "Show";
    shown.setAttribute("aria-pressed", String(isHidden));
  });
  return () => clean(field.value);
}

function clean(text) {
  return text.trim().replace(/^["'`]+|["'`]+$/g, "").replace(/^Bearer\s+/i, "").replace(/[^\x21-\x7e]/g, "");
}

function read() {
  try {
    return localStorage.getItem(STORAGE_KEY) ?? "";
  } catch {
    return "";
  }
}

function write(key) {
  try {
    if (key) localStorage.setItem(STORAGE_KEY, key);
    else localStorage.removeItem(STORAGE_KEY);
    return true;
  } catch {
    return false;
  }
}

/** As the web app has it, or as the system has it. */
export function startTheme() {
  try {
    const kept = localStorage.getItem("cryptodesk.theme");
    if (kept === "light" || kept === "dark") document.documentElement.dataset.theme = kept;
  } catch {
    // The system's choice holds.
  }
}
