import type { Component } from "svelte";

interface Route {
  load: () => Promise<{ default: Component }>;
  /** Who may see it; others are redirected to the log-in or the overview. */
  for: "everybody" | "guests" | "accounts" | "owners" | "administrators";
}

/** Every page by its path, a single segment. `owners` have a meter. */
export const routes: Readonly<Record<string, Route>> = {
  "": { load: () => import("./pages/landing/Landing.svelte"), for: "guests" },
  "sign-up": { load: () => import("./pages/entry/SignUp.svelte"), for: "guests" },
  "log-in": { load: () => import("./pages/entry/LogIn.svelte"), for: "guests" },
  "verify-email": { load: () => import("./pages/entry/CodePage.svelte"), for: "everybody" },
  "resend-mail": { load: () => import("./pages/entry/AskForMail.svelte"), for: "everybody" },
  "forgotten-password": { load: () => import("./pages/entry/AskForMail.svelte"), for: "everybody" },
  "reset-password": { load: () => import("./pages/entry/CodePage.svelte"), for: "everybody" },
  consent: { load: () => import("./pages/add-meter/ConsentReturn.svelte"), for: "everybody" },
  overview: { load: () => import("./pages/overview/Overview.svelte"), for: "owners" },
  consumption: { load: () => import("./pages/consumption/Consumption.svelte"), for: "owners" },
  habits: { load: () => import("./pages/habits/Habits.svelte"), for: "owners" },
  tempo: { load: () => import("./pages/tempo/Tempo.svelte"), for: "accounts" },
  ecowatt: { load: () => import("./pages/ecowatt/Ecowatt.svelte"), for: "accounts" },
  compare: { load: () => import("./pages/compare/Compare.svelte"), for: "owners" },
  meter: { load: () => import("./pages/meter/Meter.svelte"), for: "owners" },
  "add-meter": { load: () => import("./pages/add-meter/AddMeter.svelte"), for: "accounts" },
  account: { load: () => import("./pages/account/Account.svelte"), for: "accounts" },
  administration: { load: () => import("./pages/administration/Administration.svelte"), for: "administrators" },
  status: { load: () => import("./pages/status/Status.svelte"), for: "everybody" },
  docs: { load: () => import("./pages/docs/Docs.svelte"), for: "everybody" },
  ...(import.meta.env.DEV
    ? { charts: { load: () => import("./charts/Gallery.svelte"), for: "everybody" } as Route }
    : {}),
};
