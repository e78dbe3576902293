// How the web app is built: plain files for the Python server, no source of another host in any of them.
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

export default defineConfig({
  plugins: [react()],
  base: "/",
  build: {
    outDir: "../src/cryptodesk/web/static",
    emptyOutDir: true,
    assetsDir: "assets",
    // An image inside a style sheet would need `data:` in the content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // The licences of what is bundled travel with it.
    license: { fileName: "licenses.md" },
    chunkSizeWarningLimit: 1500,
  },
  server: {
    proxy: Object.fromEntries(["/openai", "/v1", "/ai", "/desk", "/healthz", "/try", "/openapi.json"].map((path) => [path, "http://127.0.0.1:8080"])),
  },
  test: { environment: "jsdom", include: ["src/**/*.test.{ts,tsx}"] },
});
