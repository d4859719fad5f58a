/** Colours for amounts from 0 to the highest, in distinguishable steps. */
export const HEAT_STEPS = 7;

/** The step of a value, 0 for nothing to `HEAT_STEPS - 1`; null where it is not known. */
export function heatStep(value: number | null, highest: number): number | null {
  if (value === null) return null;
  if (highest <= 0) return 0;
  return Math.min(HEAT_STEPS - 1, Math.max(0, Math.floor((value / highest) * HEAT_STEPS)));
}

/** A step's colour, as colors.css has it for light and dark. */
export const heatColor = (step: number): string => `var(--heat-${step})`;

/**
 * The value that the darkest step begins at: a few hours far above all others do not make the rest look alike.
 *
 * `scaleTop([1, 2, 3, 100], 0.75)` is 3.
 */
export function scaleTop(values: readonly (number | null)[], share = 0.99): number {
  const known = Float64Array.from(values.filter((value) => value !== null)).toSorted();
  return known[Math.max(0, Math.ceil(known.length * share) - 1)] ?? 0;
}

/** The cell at the same hour, `by` rows further down; the cell itself where there is none. */
export function findCellBelow(
  cells: readonly { row: number; from: number; to: number }[],
  index: number,
  by: number,
): number {
  const cell = cells[index];
  if (!cell) return index;
  const found = cells.findIndex(({ row, from, to }) => row === cell.row + by && from <= cell.from && cell.from < to);
  return found < 0 ? index : found;
}
