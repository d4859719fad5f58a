import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";
import site from "./vite.config";

/** The cards of Home Assistant: one script, with its styles inside, in the folder that the integration serves. */
export default defineConfig({
  resolve: site.resolve ?? {},
  plugins: [svelte({ compilerOptions: { css: "injected" } })],
  publicDir: false,
  build: {
    ...site.build,
    manifest: false,
    outDir: "../custom_components/my_electrical_data/frontend",
    emptyOutDir: true,
    lib: { entry: "src/cards/index.ts", formats: ["es"], fileName: () => "cards.js" },
  },
});
