import { readdirSync, readFileSync } from "node:fs";
import { afterEach, expect, test } from "vitest";
import { dictionary, useLanguage } from "$i18n";

const names = (text = "") => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).toSorted();

afterEach(() => useLanguage("en"));

test("placeholders are filled in the order of each language", () => {
  const t = dictionary({ left: ["{count} of {total} left", "sur {total}, il reste : {count}"] });
  expect(t().left({ count: "3", total: "22" })).toBe("3 of 22 left");
  useLanguage("fr");
  expect(t().left({ count: "3", total: "22" })).toBe("sur 22, il reste\u00a0: 3");
});

test("a text has the same placeholders in both languages", () => {
  const pair = /\[\s*"((?:[^"\\]|\\.)*)",\s*"((?:[^"\\]|\\.)*)",?\s*\]/g;
  const source = new URL("../src/", import.meta.url);
  const files = readdirSync(source, { recursive: true, encoding: "utf-8" }).filter((file) => file.endsWith("texts.ts"));
  const pairs = [...files, "i18n/problems.ts", "lib/words.ts", "pages/meter/notices.ts"].flatMap((file) => [
    ...readFileSync(new URL(file, source), "utf-8").matchAll(pair),
  ]);
  expect(pairs.length).toBeGreaterThan(400);
  for (const [, english, french] of pairs) expect(names(french), english).toEqual(names(english));
});
