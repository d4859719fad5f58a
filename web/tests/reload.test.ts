import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { getTimeToReload, scheduleReload } from "../src/lib/reload";

const HOUR = 3_600_000;
const page = Object.assign(new EventTarget(), { visibilityState: "visible" });
const changesIn = (wait: number) => ({ next_change: new Date(Date.now() + wait).toISOString() });
const show = () => page.dispatchEvent(new Event("visibilitychange"));

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("document", page);
  vi.spyOn(Math, "random").mockReturnValue(0.999);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

test("a card reloads when its data can change, and each hour; a page whose data never change does not", () => {
  expect(getTimeToReload(changesIn(20_000), HOUR)).toBe(20_000);
  expect(getTimeToReload(changesIn(48 * HOUR), HOUR)).toBe(HOUR);
  expect(getTimeToReload(changesIn(48 * HOUR), Infinity)).toBe(48 * HOUR);
  expect(getTimeToReload({ next_change: null }, HOUR)).toBe(HOUR);
  expect(getTimeToReload(undefined, Infinity)).toBe(Infinity);
});

test("a page opened in the evening reloads within half a minute of the change at 06:00", () => {
  const reload = vi.fn();
  scheduleReload(8 * HOUR, reload);
  vi.advanceTimersByTime(8 * HOUR);
  expect(reload).not.toHaveBeenCalled();
  vi.advanceTimersByTime(30_000);
  expect(reload).toHaveBeenCalledOnce();
});

test("a computer that wakes after the change reloads immediately, one that wakes before does not", () => {
  const reload = vi.fn();
  const cancel = scheduleReload(8 * HOUR, reload);
  show();
  expect(reload).not.toHaveBeenCalled();
  vi.setSystemTime(Date.now() + 8 * HOUR);
  show();
  expect(reload).toHaveBeenCalledOnce();
  cancel();
  show();
  vi.advanceTimersByTime(9 * HOUR);
  expect(reload).toHaveBeenCalledOnce();
});

test("a change that is past does not reload in a loop", () => {
  const reload = vi.fn();
  scheduleReload(-HOUR, reload);
  show();
  vi.advanceTimersByTime(14_999);
  expect(reload).not.toHaveBeenCalled();
});
