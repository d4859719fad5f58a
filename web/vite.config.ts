import { fileURLToPath } from "node:url";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";
import { dataUrlsToFiles } from "./scripts/plugin-data-urls";

const source = (folder: string) => fileURLToPath(new URL(`src/${folder}`, import.meta.url));
// where a gateway listens while one works on the pages
const gateway = process.env.GATEWAY_URL ?? "http://127.0.0.1:8000";
const proxy = { "/api": { target: gateway, rewrite: (path: string) => path.replace(/^\/api/, "") } };
const policy = "default-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";
const browsers = ["chrome123", "firefox121", "safari17.5"];

export default defineConfig({
  // every page is one segment below wherever the files are served, so relative addresses are right everywhere
  base: "./",
  plugins: [svelte(), dataUrlsToFiles()],
  resolve: {
    alias: {
      $lib: source("lib"),
      $ui: source("ui"),
      $charts: source("charts"),
      $api: source("api/index.ts"),
      $i18n: source("i18n/index.svelte.ts"),
    },
  },
  build: {
    target: browsers,
    cssTarget: browsers,
    // `default-src 'self'` admits no data: address
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    manifest: true,
    chunkSizeWarningLimit: 2000, // scripts/size.mjs has the budget
    rolldownOptions: {
      // what many pages share compresses better in one file, and is one request
      output: { codeSplitting: { groups: [{ name: "shared", test: /\/src\//, minShareCount: 8 }] } },
    },
  },
  server: { proxy },
  // as strict as it is served
  preview: { proxy, headers: { "Content-Security-Policy": policy } },
  // files share their modules: to load them anew for each took most of the time
  test: { include: ["tests/**/*.test.ts"], environment: "node", isolate: false },
});
