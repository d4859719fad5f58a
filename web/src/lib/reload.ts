import { on } from "svelte/events";

/** The longest delay of a timer, in milliseconds. */
const LONGEST = 2 ** 31 - 1;
const SOONEST = 15_000;
/** Pages opened at different times do not all reload in the same second. */
const SPREAD = 30_000;

/** Data that says when it can change, like most responses of the gateway. */
type Changing = { next_change?: string | null | undefined } | null | undefined;

/** In how many milliseconds data are loaded again: at their `next_change`, at the latest after `renewAfter`. */
export function getTimeToReload(data: unknown, renewAfter: number): number {
  const change = (data as Changing)?.next_change;
  return Math.min(renewAfter, change ? Date.parse(change) - Date.now() : Infinity);
}

/**
 * Reload after `wait` milliseconds. A timer stops while the computer sleeps: when the page becomes visible after that
 * moment, it reloads immediately. The result cancels both.
 */
export function scheduleReload(wait: number, reload: () => void): () => void {
  const length = Math.min(Math.max(wait, SOONEST), LONGEST - SPREAD);
  const due = Date.now() + length;
  const timer = setTimeout(reload, length + Math.random() * Math.min(length / 10, SPREAD));
  const reloadIfDue = (): void => {
    if (document.visibilityState === "visible" && Date.now() >= due) reload();
  };
  const stopListening = on(document, "visibilitychange", reloadIfDue);
  return () => {
    clearTimeout(timer);
    stopListening();
  };
}
