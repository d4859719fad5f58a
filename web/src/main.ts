import { mount } from "svelte";
import "./app.css";
import App, { begin } from "./App.svelte";
import { date, money, startRouter, today } from "$lib";

// a page restored from the back/forward cache may show data of a session that has ended
addEventListener("pageshow", ({ persisted }) => persisted && location.reload());

startRouter();
void begin();
const target = document.getElementById("app");
// in a task of its own, so that a slow phone can respond in between
setTimeout(() => target && mount(App, { target }));
// the first use of each part of Intl is slow: it happens here, while the first requests are under way
for (const read of [today, () => date(today()), () => money(0)]) setTimeout(read);
