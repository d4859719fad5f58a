import { Submission } from "./submission.svelte";

interface Part<Item, Cursor> {
  items: readonly Item[];
  next: Cursor | null;
}

/** A list that comes in parts: the first at once, each further one when it is asked for. */
export class Pages<Item, Cursor> {
  items = $state.raw<readonly Item[]>([]);
  next = $state.raw<Cursor | null>(null);
  readonly submission = new Submission();
  #load: (after: Cursor | null) => Promise<Part<Item, Cursor>>;

  constructor(load: (after: Cursor | null) => Promise<Part<Item, Cursor>>) {
    this.#load = load;
    $effect(() => {
      this.restart();
    });
  }

  /** Read the list anew. */
  restart(): void {
    void this.submission.run(async () => {
      const part = await this.#load(null);
      this.items = part.items;
      this.next = part.next;
    });
  }

  more(): void {
    void this.submission.run(async () => {
      const part = await this.#load(this.next);
      this.items = [...this.items, ...part.items];
      this.next = part.next;
    });
  }
}
