import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

/** The library a module of node_modules belongs to decides its chunk, so that a page change does not re-download antd. */
function chunkOf(id: string): string | undefined {
  if (!id.includes("/node_modules/")) return undefined;
  if (/\/node_modules\/(react|react-dom|scheduler|react-router|react-router-dom|@remix-run)\//.test(id)) return "react";
  if (/\/node_modules\/(@tanstack|i18next|react-i18next)\//.test(id)) return "data";
  if (id.includes("/node_modules/uplot/")) return "uplot";
  if (/\/node_modules\/(@xyflow|d3-[a-z]+|zustand|classcat)\//.test(id)) return "flow";
  return "antd";
}

export default defineConfig({
  plugins: [react()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  build: {
    target: "es2022",
    chunkSizeWarningLimit: 1500,
    reportCompressedSize: false,
    // A strict CSP forbids inline scripts and data: fonts; every asset stays a file.
    assetsInlineLimit: 0,
    rollupOptions: { output: { manualChunks: chunkOf } },
  },
  server: {
    host: "127.0.0.1",
    proxy: {
      "/api": { target: process.env.AVA_URL ?? "http://127.0.0.1:8080", ws: true },
    },
  },
  test: { environment: "node", include: ["src/**/*.test.ts"] },
});
