/** Maps a value to a position. */
export type Scale = (value: number) => number;

export function linear([low, high]: readonly [number, number], [from, to]: readonly [number, number]): Scale {
  const span = high - low || 1;
  return (value) => from + ((value - low) / span) * (to - from);
}

/** Round values from 0 to at least `highest`, about `count` of them: 0, 5, 10, 15. The last is the top of the axis. */
export function ticks(highest: number, count = 4): number[] {
  const rough = (Math.max(highest, 0) || 1) / count;
  const magnitude = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 2.5, 5, 10].find((factor) => factor * magnitude >= rough * 0.999) ?? 10) * magnitude;
  const last = Math.max(Math.ceil(highest / step - 1e-9), 1);
  return Array.from({ length: last + 1 }, (_, index) => Number((index * step).toPrecision(12)));
}

/** The vertical axis of a chart: its place, its values, and the height at which a value is drawn. */
export interface VerticalAxis {
  left: number;
  bottom: number;
  values: readonly number[];
  y: Scale;
}

export function verticalAxis(height: number, highest: number, count = 4): VerticalAxis {
  const values = ticks(highest, count);
  const bottom = height - 28;
  return { left: 62, bottom, values, y: linear([0, values.at(-1) ?? 1], [bottom, 10]) };
}

const WIDEST = 96;

/** Position and width of `count` bars in a range; `gap` is the share left empty. */
export function bands(count: number, [from, to]: readonly [number, number], gap = 0.2) {
  const step = (to - from) / Math.max(count, 1);
  const width = Math.min(Math.max(step * (1 - gap), 1), WIDEST);
  return { width, step, start: (index: number) => from + index * step + (step - width) / 2 };
}

/** Labels below the middle of bars, as many as there is room for. */
export function labelBands(bars: readonly { label: string }[], { step, width, start }: ReturnType<typeof bands>) {
  const every = labelEvery(bars.length, step * bars.length, 46);
  return bars.flatMap(({ label: text }, n) => (n % every === 0 ? [{ x: start(n) + width / 2, text }] : []));
}

/** Which nth labels to show, so that they are `space` pixels apart. */
export const labelEvery = (count: number, width: number, space: number): number =>
  Math.max(1, Math.ceil(count / Math.max(1, Math.floor(width / space))));
