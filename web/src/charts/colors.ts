import { bucketName, words } from "$lib/words";

const CUSTOM = 4;
const own: string[] = [];

const isOurs = (bucket: string): boolean => Object.hasOwn(words().buckets, bucket);

/** The order in which buckets are stacked and listed: ours as they are named, then those of own prices by name. */
export function byBucket(a: string, b: string): number {
  const order = Object.keys(words().buckets);
  if (!isOurs(a) && !isOurs(b)) return a.localeCompare(b);
  return (isOurs(a) ? order.indexOf(a) : order.length) - (isOurs(b) ? order.indexOf(b) : order.length);
}

/** Name the buckets of own prices, so that each has a colour of its own, the same on every page. */
export function setOwnBuckets(buckets: Iterable<string>): void {
  own.splice(0, own.length, ...[...new Set(buckets)].filter((bucket) => !isOurs(bucket)).toSorted());
}

/** A bucket's colour in colors.css, light and dark; one of own prices that was not named gets the next. */
export function bucketColor(bucket: string): string {
  if (isOurs(bucket)) return `var(--${bucket.replace("_", "-")})`;
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
