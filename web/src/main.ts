import { mount } from "svelte";
import "./app.css";
import App from "./App.svelte";
import { startRouter } from "$lib/router.svelte";

// one that the browser kept as it was left may show what was logged out from since then
addEventListener("pageshow", ({ persisted }) => persisted && location.reload());

startRouter();
const target = document.getElementById("app");
if (target) mount(App, { target });
