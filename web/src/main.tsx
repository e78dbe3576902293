// Where the page begins.
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app/App";
import { takeKeyFromAddress } from "./app/key";
import { startTheme } from "./app/theme";
import { MemoryHistory } from "./history/memory";
import { IndexedHistory } from "./history/store";
import "./styles/index.css";

startTheme();
takeKeyFromAddress();
const root = document.getElementById("root");
const history = typeof indexedDB === "undefined" ? new MemoryHistory() : new IndexedHistory();
if (root) {
  createRoot(root).render(
    <StrictMode>
      <App history={history} />
    </StrictMode>,
  );
}
