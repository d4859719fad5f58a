// The sizes of a build, gzipped, against the budget: fails where one is exceeded. Needs `npm run build` before.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const FIRST_PAGE = 60_000; // the landing page or the overview: JavaScript and styles
const ALL = 150_000; // every page but /docs
const CARDS = 60_000; // the script of Home Assistant's cards; `npm run cards` builds it

const manifest = JSON.parse(readFileSync("dist/.vite/manifest.json", "utf8"));
const gzipped = (file) => gzipSync(readFileSync(`dist/${file}`)).length;

/** A chunk's files and those of what it imports, without what it loads later. */
function filesOf(name, found = new Set()) {
  const chunk = manifest[name];
  if (found.has(chunk.file)) return found;
  found.add(chunk.file);
  for (const style of chunk.css ?? []) found.add(style);
  for (const imported of chunk.imports ?? []) filesOf(imported, found);
  return found;
}
const sum = (files) => [...files].reduce((total, file) => total + gzipped(file), 0);

const pages = Object.keys(manifest).filter((name) => manifest[name].isDynamicEntry && name.startsWith("src/pages/"));
const isDocs = (name) => name.startsWith("src/pages/docs/") || name.includes("swagger");
const everything = new Set(filesOf("index.html"));
for (const name of Object.keys(manifest)) {
  if (!isDocs(name) && manifest[name].isDynamicEntry) filesOf(name, everything);
}

const rows = pages.map((name) => [name, sum(filesOf(name, filesOf("index.html")))]);
for (const [name, size] of rows) console.log(`${String(size).padStart(8)}  ${name}`);
const all = sum(everything);
console.log(`${String(all).padStart(8)}  all but /docs`);

const cards = gzipSync(readFileSync("../custom_components/my_electrical_data/frontend/cards.js")).length;
console.log(`${String(cards).padStart(8)}  cards of Home Assistant`);
if (cards > CARDS) console.error(`The cards are ${cards} bytes gzipped; at most ${CARDS} are allowed.`);

const tooLarge = rows.filter(([name, size]) => /Landing|Overview/.test(name) && size > FIRST_PAGE);
for (const [name, size] of tooLarge)
  console.error(`${name} is ${size} bytes gzipped; at most ${FIRST_PAGE} are allowed.`);
if (all > ALL) console.error(`All pages are ${all} bytes gzipped; at most ${ALL} are allowed.`);
process.exitCode = tooLarge.length > 0 || all > ALL || cards > CARDS ? 1 : 0;
