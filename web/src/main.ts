import { mount } from "svelte";
import "./app.css";
import App from "./App.svelte";
import { today } from "$lib/paris";
import { startRouter } from "$lib/router.svelte";

// a page restored from the back/forward cache may show data of a session that has ended
addEventListener("pageshow", ({ persisted }) => persisted && location.reload());

startRouter();
const target = document.getElementById("app");
if (target) mount(App, { target });
// the browser takes long to read its time zones: it does while the first requests are on their way
setTimeout(today);
