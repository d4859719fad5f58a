import { mount } from "svelte";
import "./app.css";
import App from "./App.svelte";
import { date, money } from "$lib/format";
import { today } from "$lib/paris";
import { startRouter } from "$lib/router.svelte";

// a page restored from the back/forward cache may show data of a session that has ended
addEventListener("pageshow", ({ persisted }) => persisted && location.reload());

startRouter();
const target = document.getElementById("app");
if (target) mount(App, { target });
// Intl takes long to read its time zones, months and currencies: it does while the first requests are on their way
for (const read of [today, () => date(today()), () => money(0)]) setTimeout(read);
