import { bucketName } from "$lib/words";

/** Colours of buckets, as presentation attributes; colors.css has them for light and dark. */
const ours: Readonly<Record<string, string>> = {
  subscription: "var(--before)",
  base: "var(--base)",
  hp: "var(--hp)",
  hc: "var(--hc)",
  blue_hp: "var(--blue-hp)",
  blue_hc: "var(--blue-hc)",
  white_hp: "var(--white-hp)",
  white_hc: "var(--white-hc)",
  red_hp: "var(--red-hp)",
  red_hc: "var(--red-hc)",
  unknown: "var(--unknown)",
  production: "var(--production)",
};
const CUSTOM = 4;
const own: string[] = [];

/** The order in which buckets are stacked and listed: ours first, then those of own prices by name. */
const order = Object.keys(ours);
export function byBucket(a: string, b: string): number {
  const [first, second] = [order.indexOf(a), order.indexOf(b)];
  if (first < 0 && second < 0) return a.localeCompare(b);
  return (first < 0 ? order.length : first) - (second < 0 ? order.length : second);
}

/** Name the buckets of own prices, so that each has a colour of its own, the same on every page. */
export function setOwnBuckets(buckets: Iterable<string>): void {
  own.splice(0, own.length, ...[...new Set(buckets)].filter((bucket) => !(bucket in ours)).toSorted());
}

/** A bucket's colour; one that was not named gets the next. */
export function bucketColor(bucket: string): string {
  const known = ours[bucket];
  if (known) return known;
  if (!own.includes(bucket)) own.push(bucket);
  return `var(--custom-${(own.indexOf(bucket) % CUSTOM) + 1})`;
}

/** White needs an edge to be seen on white. */
export const bucketEdge = (bucket: string): string => (bucket.startsWith("white") ? "var(--white-edge)" : "none");

/** A bucket in a legend. */
export const bucketItem = (bucket: string, label = bucketName(bucket)) => ({
  label,
  color: bucketColor(bucket),
  edge: bucketEdge(bucket),
});

/** What a canvas paints for a colour of colors.css, in the theme in use. */
export function paintColor(element: HTMLElement, color: string): string {
  const probe = element.ownerDocument.createElement("span");
  probe.style.color = color;
  element.append(probe);
  const painted = getComputedStyle(probe).color;
  probe.remove();
  return painted;
}
