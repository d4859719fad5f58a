import { Problem } from "$api";
import { getTimeToReload, scheduleReload } from "./reload";

/** How long to wait after a failure that can pass, if the gateway names no time. */
const RETRY = 60_000;
/** Whether the gateway did not respond, or failed. */
const canPass = ({ status }: Problem): boolean => status === 0 || status >= 500;

/**
 * Data that a page shows: loading, ready or failed. Loaded data stays while newer data is loaded.
 *
 * Create it while a component is created. `load` is called again at the `next_change` of its data, at the latest after
 * `renewAfter` milliseconds; after a failure that can pass; and when a rune changes that it read before its first await.
 */
export class Resource<Data> {
  data = $state.raw<Data>();
  problem = $state.raw<Problem>();
  loading = $state(true);
  #attempt = $state(0);

  constructor(load: (signal: AbortSignal) => Promise<Data>, renewAfter = Infinity) {
    $effect(() => {
      void this.#attempt;
      const controller = new AbortController();
      let cancel: (() => void) | undefined;
      const reloadAfter = (wait: number): void => {
        cancel = scheduleReload(wait, () => this.reload());
      };
      this.loading = true;
      load(controller.signal).then(
        (data) => {
          if (controller.signal.aborted) return;
          this.data = data;
          this.problem = undefined;
          this.loading = false;
          const wait = getTimeToReload(data, renewAfter);
          if (wait < Infinity) reloadAfter(wait);
        },
        (error: unknown) => {
          if (controller.signal.aborted) return;
          this.loading = false;
          if (!(error instanceof Problem)) throw error;
          this.problem = error;
          const wait = error.retryAfter ?? (canPass(error) ? RETRY : undefined);
          if (wait !== undefined) reloadAfter(wait);
        },
      );
      return () => {
        controller.abort();
        cancel?.();
      };
    });
  }

  reload(): void {
    this.#attempt += 1;
  }
}
