import { Problem } from "$api";

/** The longest delay of a timer, in milliseconds. */
const LONGEST = 2 ** 31 - 1;
const SOONEST = 15_000;

/** Data that says when it can change, like most responses of the gateway. */
type Changing = { next_change?: string | null | undefined } | null | undefined;

/**
 * Data that a page shows: loading, ready or failed. Loaded data stays while newer data is loaded.
 *
 * Create it while a component is created. `load` is called again at the `next_change` of its data, and when a rune changes
 * that it read before its first await.
 */
export class Resource<Data> {
  data = $state.raw<Data>();
  problem = $state.raw<Problem>();
  loading = $state(true);
  #attempt = $state(0);

  constructor(load: (signal: AbortSignal) => Promise<Data>) {
    $effect(() => {
      void this.#attempt;
      const controller = new AbortController();
      let timer: ReturnType<typeof setTimeout> | undefined;
      const again = (wait: number) => {
        timer = setTimeout(() => this.reload(), Math.min(Math.max(wait, SOONEST) * (1 + Math.random() / 10), LONGEST));
      };
      this.loading = true;
      load(controller.signal).then(
        (data) => {
          if (controller.signal.aborted) return;
          this.data = data;
          this.problem = undefined;
          this.loading = false;
          const change = (data as Changing)?.next_change;
          if (change) again(Date.parse(change) - Date.now());
        },
        (error: unknown) => {
          if (controller.signal.aborted) return;
          this.loading = false;
          if (!(error instanceof Problem)) throw error;
          this.problem = error;
          if (error.retryAfter !== undefined) again(error.retryAfter);
        },
      );
      return () => {
        controller.abort();
        clearTimeout(timer);
      };
    });
  }

  reload(): void {
    this.#attempt += 1;
  }
}
