import { answer, api, type Problem, type Schema, whenSessionEnds } from "$api";
import { isLanguage, setLanguage } from "$i18n";
import { base } from "./base";
import { href, navigate, route } from "./router.svelte";

/** Who is logged in. Nothing of it is stored in the browser but the cookie that scripts cannot read. */
class Session {
  account = $state.raw<Schema<"AccountView"> | null>(null);
  meters = $state.raw<readonly Schema<"UsagePointView">[]>([]);
  /** Whether it is known who is logged in. */
  ready = $state(false);
  /** Why it is not known. */
  problem = $state.raw<Problem>();

  /** The meter that pages show: the address names it, else the first. */
  meter = $derived(this.meters.find(({ id }) => id === route.query.get("meter")) ?? this.meters[0]);

  async load(): Promise<void> {
    try {
      this.account = await answer(api.GET("/v1/accounts/me")).catch((error: Problem) => {
        if (error.status === 401 || error.status === 403) return null;
        throw error;
      });
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

  async loadMeters(): Promise<void> {
    this.meters = (await answer(api.GET("/v1/usage-points"))).items;
  }

  /** Show a meter as a change of it has answered. */
  replaceMeter(changed: Schema<"UsagePointView">): void {
    this.meters = this.meters.map((meter) => (meter.id === changed.id ? changed : meter));
  }
}

export const session = new Session();

/** Leave nothing of the account in memory: the landing page is loaded afresh. */
export function forgetAccount(): void {
  location.assign(base);
}

whenSessionEnds(() => {
  if (!session.account) return;
  session.account = null;
  session.meters = [];
  navigate(href("log-in", { next: route.page + location.search, ended: "1" }), { replace: true });
});
