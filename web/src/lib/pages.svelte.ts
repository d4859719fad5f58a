import { untrack } from "svelte";
import { Problem } from "$api";

interface Part<Item, Cursor> {
  items: readonly Item[];
  next: Cursor | null;
}

/**
 * A list that is loaded in parts: the first immediately, the others on request.
 *
 * Create it while a component is created. The list is loaded again when a rune changes that `load` read before its first
 * await.
 */
export class Pages<Item, Cursor> {
  items = $state.raw<readonly Item[]>([]);
  next = $state.raw<Cursor | null>(null);
  busy = $state(true);
  problem = $state.raw<Problem>();
  #load: (after: Cursor | null) => Promise<Part<Item, Cursor>>;
  #last = 0;

  constructor(load: (after: Cursor | null) => Promise<Part<Item, Cursor>>) {
    this.#load = load;
    $effect(() => {
      const first = load(null);
      untrack(() => void this.#show(first, []));
    });
  }

  /** Load the list again. */
  restart(): void {
    void this.#show(this.#load(null), []);
  }

  more(): void {
    void this.#show(this.#load(this.next), this.items);
  }

  /** Show the most recently requested part; earlier requests are ignored. */
  async #show(part: Promise<Part<Item, Cursor>>, before: readonly Item[]): Promise<void> {
    const request = ++this.#last;
    this.busy = true;
    try {
      const { items, next } = await part;
      if (request !== this.#last) return;
      this.items = [...before, ...items];
      this.next = next;
      this.problem = undefined;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (request === this.#last) this.problem = error;
    } finally {
      if (request === this.#last) this.busy = false;
    }
  }
}
