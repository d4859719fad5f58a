import { answer, api, type Schema } from "$api";

const BUILT_NAME = import.meta.env.VITE_APP_NAME;

/** What is known without a log-in: who runs the gateway, and what sign-up requires. */
class Site {
  about = $state.raw<Schema<"Site">>();
  /** A name given to the build takes precedence over the gateway's SITE_NAME. */
  name = $derived(BUILT_NAME === "MyElectricalData" ? (this.about?.name ?? BUILT_NAME) : BUILT_NAME);
  captchaKey = $derived(this.about?.captcha.site_key ?? (import.meta.env.VITE_TURNSTILE_SITE_KEY || null));

  async load(): Promise<void> {
    this.about = await answer(api.GET("/v1/site"));
  }
}

export const site = new Site();
