import { unreachable } from "$api";
import { Resource } from "$lib/resource.svelte";
import { type Feed, type Feeds, type Meter, subscribe } from "./commands";
import { homeAssistant } from "./home-assistant";

/** A feed as a card shows it. Make one while a component is made; `of` is read again when its runes change. */
export class LiveFeed<Name extends keyof Feeds> {
  received = $state.raw<Feed<Feeds[Name]>>();

  constructor(name: Name, of: () => { meter?: string; hours?: number } | null | undefined = () => ({})) {
    const hass = homeAssistant();
    // by its content: the list of meters is another one at each change of any of them
    const written = $derived(JSON.stringify(of() ?? null));
    $effect(() => {
      const options = JSON.parse(written) as ReturnType<typeof of>;
      if (options) return subscribe(hass, name, options, (feed) => (this.received = feed));
      return undefined;
    });
  }

  get data(): Feeds[Name] | null | undefined {
    return this.received?.data;
  }
}

const MINUTE_MS = 60_000;

/** The present moment, which moves on while a card stays open. Make one while a component is made. */
export class Clock {
  now = $state.raw(new Date());

  constructor() {
    $effect(() => {
      const ticking = setInterval(() => (this.now = new Date()), MINUTE_MS);
      return () => clearInterval(ticking);
    });
  }
}

/** A dashboard stays open for weeks: what it shows is asked anew each hour. */
const RENEW_MS = 3_600_000;

/**
 * What a question is answered, kept up to date: asked again when the question changes, each hour, at the `next_change` of
 * an answer that knows nothing yet, and a minute later where that failed. Questions are compared by their content: one that
 * is made anew with the same content is not asked anew.
 */
export class Asked<Question, Answer extends { next_change: string }> {
  readonly #resource: Resource<{ answer: Answer; next_change: string | null } | undefined>;

  constructor(
    question: () => Question | undefined,
    ask: (question: Question) => Promise<Answer>,
    knows: (answer: Answer) => boolean,
  ) {
    const written = $derived(JSON.stringify(question()) as string | undefined);
    this.#resource = new Resource(async () => {
      if (written === undefined) return undefined;
      const answer = await ask(JSON.parse(written) as Question).catch(() => {
        throw unreachable();
      });
      return { answer, next_change: knows(answer) ? null : answer.next_change };
    }, RENEW_MS);
  }

  get answer(): Answer | undefined {
    return this.#resource.data?.answer;
  }

  get failed(): boolean {
    return this.#resource.problem !== undefined;
  }
}

/** The meter of a card: the one of its configuration, else the first that suits it. */
export class ChosenMeter {
  readonly #feed = new LiveFeed("meters");

  constructor(
    private readonly wanted: () => string | undefined,
    private readonly suits: (meter: Meter) => boolean = () => true,
  ) {}

  /** Undefined while it is not known, null where there is none. */
  get current(): Meter | null | undefined {
    const meters = this.#feed.data?.meters;
    if (!meters) return undefined;
    const wanted = this.wanted();
    return meters.find(wanted ? ({ id }) => id === wanted : this.suits) ?? null;
  }
}
