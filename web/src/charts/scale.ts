/** Maps a value of a domain to a place of a range. */
export type Scale = (value: number) => number;

export function linear([low, high]: readonly [number, number], [from, to]: readonly [number, number]): Scale {
  const span = high - low || 1;
  return (value) => from + ((value - low) / span) * (to - from);
}

/** Round values from 0 (or below) to at least `highest`, about `count` of them: 0, 5, 10, 15. The last is the top of the axis. */
export function ticks(highest: number, count = 4, lowest = 0): number[] {
  const span = Math.max(highest, 0) - Math.min(lowest, 0) || 1;
  const rough = span / count;
  const magnitude = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 2.5, 5, 10].find((factor) => factor * magnitude >= rough * 0.999) ?? 10) * magnitude;
  const first = Math.floor(Math.min(lowest, 0) / step);
  const last = Math.max(Math.ceil(Math.max(highest, 0) / step - 1e-9), first + 1);
  return Array.from({ length: last - first + 1 }, (_, index) => Number(((first + index) * step).toPrecision(12)));
}

const WIDEST = 96;

/** Places for `count` bars in a range: the start of each, and their width; `gap` is the share left empty. */
export function bands(count: number, [from, to]: readonly [number, number], gap = 0.2) {
  const step = (to - from) / Math.max(count, 1);
  const width = Math.min(Math.max(step * (1 - gap), 1), WIDEST);
  return { width, step, start: (index: number) => from + index * step + (step - width) / 2 };
}

/** Write each nth label, so that neighbours are `space` pixels apart. */
export const labelEvery = (count: number, width: number, space: number): number =>
  Math.max(1, Math.ceil(count / Math.max(1, Math.floor(width / space))));
