import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

const folder = new URL("../src/charts/", import.meta.url);
/** What charts are made of, and the gallery itself. */
const PARTS = new Set(["Axes", "Frame", "Gallery", "Hatch"]);

test("the gallery shows every chart", () => {
  const gallery = readFileSync(new URL("Gallery.svelte", folder), "utf-8");
  const charts = readdirSync(folder)
    .filter((file) => file.endsWith(".svelte"))
    .map((file) => file.replace(".svelte", ""))
    .filter((name) => !PARTS.has(name));
  expect(charts).toContain("Carpet");
  expect(charts.filter((name) => !gallery.includes(`<${name}\n`) && !gallery.includes(`<${name} `))).toEqual([]);
});
