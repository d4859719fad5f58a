import { mount } from "svelte";
import "./app.css";
import App from "./App.svelte";
import { startRouter } from "$lib/router.svelte";

// a page restored from the back/forward cache may show data of a session that has ended
addEventListener("pageshow", ({ persisted }) => persisted && location.reload());

startRouter();
const target = document.getElementById("app");
if (target) mount(App, { target });
