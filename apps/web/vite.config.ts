import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { contractTable } from "./build/contract-table.ts";
import { serviceWorker } from "./build/service-worker-plugin.ts";
import { themeStyle } from "./build/theme-style.ts";

const here = fileURLToPath(new URL(".", import.meta.url));

/**
 * `vite build` makes `dist`, which the server serves. `--mode testing` makes `dist-testing`: the same page with a
 * telephone that needs no SIP, for `testing/mock-server.ts`.
 */
export default defineConfig(({ mode }) => ({
  root: here,
  plugins: [
    react(),
    themeStyle(),
    contractTable(),
    serviceWorker(),
    {
      name: "jikimi-entry",
      transformIndexHtml: {
        order: "pre",
        handler: (html) => (mode === "testing" ? html.replace("/src/main.tsx", "/testing/main.tsx") : html),
      },
    },
  ],
  build: {
    outDir: mode === "testing" ? "dist-testing" : "dist",
    manifest: true,
    target: "es2023",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  server: {
    proxy: Object.fromEntries(
      ["/api", "/live", "/sip"].map((path) => [path, { target: "http://127.0.0.1:7280", ws: true }]),
    ),
  },
}));
