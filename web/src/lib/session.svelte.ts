import { on } from "svelte/events";
import { answer, api, type Problem, type Schema, whenSessionEnds } from "$api";
import { isLanguage, setLanguage } from "$i18n";
import { base } from "./base";
import { href, navigate, route } from "./router.svelte";

/** Tells the other tabs of this browser that it is logged out; another gateway may be below another path of the host. */
const LOG_OUT = `log-out ${base}`;

/** Who is logged in. The browser stores nothing of it except a cookie, which scripts cannot read. */
class Session {
  account = $state.raw<Schema<"AccountView"> | null>(null);
  /** Whether the person is logged in by Home Assistant's ingress: then there is no password and no log-out. */
  ingress = $state(false);
  meters = $state.raw<readonly Schema<"UsagePointView">[]>([]);
  /** Whether the gateway has said who is logged in. */
  ready = $state(false);
  /** Why that failed. */
  problem = $state.raw<Problem>();
  /** Why a log-out failed: the cookie, which scripts cannot delete, is still there. */
  stillOpen = $state.raw<Problem>();
  /** How often the meters were set. */
  #changes = 0;

  /** Meters that their owner has not hidden, in the owner's order. */
  shown = $derived(this.meters.filter(({ hidden }) => !hidden));
  /** The meter that pages show: the one in the address, or the first. */
  meter = $derived(this.meters.find(({ id }) => id === route.query.get("meter")) ?? this.shown[0] ?? this.meters[0]);

  async load(): Promise<void> {
    try {
      ({ account: this.account, ingress: this.ingress } = await answer(api.GET("/v1/session")));
      if (this.account) {
        if (isLanguage(this.account.language)) setLanguage(this.account.language);
        await this.loadMeters();
      }
      this.problem = undefined;
      this.ready = true;
    } catch (error) {
      this.problem = error as Problem;
    }
  }

  /** Load the meters; again where they have changed meanwhile, as the response may be from before. */
  async loadMeters(): Promise<void> {
    const before = this.#changes;
    const { items } = await answer(api.GET("/v1/usage-points"));
    if (before === this.#changes) this.#setMeters(items);
    else if (this.account) await this.loadMeters();
  }

  /**
   * While somebody is logged in: reload the meters, every few seconds while the first data of one is awaited, otherwise
   * every few minutes; and notice when this browser is logged out in another tab, its session is ended elsewhere, or
   * another person has logged in.
   */
  follow(): () => void {
    const isNew = this.meters.some(
      ({ freshness, consent }) => !freshness.complete_until && consent.status === "granted",
    );
    const refresh = async (): Promise<void> => {
      await this.#check();
      if (this.account) await this.loadMeters();
    };
    const timer = setInterval(
      () => document.visibilityState === "visible" && void refresh().catch(() => undefined),
      isNew ? 15_000 : 300_000,
    );
    const tabs = new BroadcastChannel(LOG_OUT);
    tabs.addEventListener("message", openLandingPage);
    const stopListening = on(document, "visibilitychange", () => {
      if (document.visibilityState === "visible") void this.#check().catch(() => undefined);
    });
    return () => {
      clearInterval(timer);
      tabs.close();
      stopListening();
    };
  }

  async #check(): Promise<void> {
    const { account } = await answer(api.GET("/v1/session"));
    if (!this.account) return;
    if (!account) askToLogIn();
    else if (account.id !== this.account.id) openLandingPage();
  }

  forget(): void {
    this.account = null;
    this.#setMeters([]);
  }

  /** Replace the account by the response to a change of it, unless it is no longer logged in. */
  replaceAccount(changed: Schema<"AccountView">): void {
    if (this.account?.id === changed.id) this.account = changed;
  }

  /** Replace a meter by the response to a change of it. */
  replaceMeter(changed: Schema<"UsagePointView">): void {
    this.#setMeters(this.meters.map((meter) => (meter.id === changed.id ? changed : meter)));
  }

  /** What has not changed stays the same object: pages load the data of a meter again when it is another one. */
  #setMeters(meters: readonly Schema<"UsagePointView">[]): void {
    this.#changes += 1;
    const known = new Map(this.meters.map((meter) => [JSON.stringify(meter), meter]));
    this.meters = meters
      .map((meter) => known.get(JSON.stringify(meter)) ?? meter)
      .toSorted((one, other) => one.position - other.position);
  }
}

export const session = new Session();

/**
 * Whether a span that begins on `start` has days in service before anything is known of it: then a bill would set a
 * whole subscription beside a part of the energy.
 */
export function lacksBeginning(
  knownSince: string | null,
  start: string,
  meter: Schema<"UsagePointView"> | undefined,
): boolean {
  const inService = meter?.contract.consumption_activated_on ?? "";
  return knownSince !== null && knownSince > (inService > start ? inService : start);
}

/** Log this browser out. The account is removed from memory even if the gateway does not respond. */
export async function logOut(): Promise<void> {
  try {
    await answer(api.DELETE("/v1/session"));
  } catch (error) {
    const problem = error as Problem;
    if (problem.status !== 401) {
      session.stillOpen = problem;
      session.forget();
      return;
    }
  }
  leave();
}

/** Show the landing page in every tab of this browser, after a log-out. */
export function leave(): void {
  const tabs = new BroadcastChannel(LOG_OUT);
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a BroadcastChannel has none
  tabs.postMessage(null);
  tabs.close();
  openLandingPage();
}

/** Empty this page, which the browser may keep in its back/forward cache, and load the landing page. */
function openLandingPage(): void {
  session.forget();
  location.assign(base);
}

function askToLogIn(): void {
  if (!session.account) return;
  session.forget();
  navigate(href("log-in", { next: route.page + location.search, ended: "1" }), { replace: true });
}
whenSessionEnds(askToLogIn);

/** Log in again: what cannot be undone requires a recent log-in. */
export async function logInAgain(password: string): Promise<void> {
  await answer(api.POST("/v1/session", { body: { email: session.account?.email ?? "", password } }));
}
