import react from "@vitejs/plugin-react";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

import { digest } from "./sources.ts";

/** Writes into the page what it was built from. */
const signed: Plugin = {
  name: "signed",
  transformIndexHtml: () => [
    { tag: "meta", attrs: { name: "sources", content: digest(import.meta.dirname) } },
  ],
};

export default defineConfig({
  plugins: [react(), signed],
  build: {
    outDir: "../src/selfstarter/server/page",
    emptyOutDir: true,
    assetsInlineLimit: 0, // the server's policy allows nothing inline
    modulePreload: { polyfill: false },
  },
  worker: { format: "es" },
  server: {
    proxy: {
      "/api": "http://127.0.0.1:8787",
      "/healthz": "http://127.0.0.1:8787",
      "/readyz": "http://127.0.0.1:8787",
    },
  },
  test: { include: ["tests/**/*.test.ts", "tests/**/*.test.tsx"] },
});
