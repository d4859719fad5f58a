// what pages use, so that each names it in one line; a build keeps of it what is used
export * from "./base";
export * from "./format";
export * from "./pages.svelte";
export * from "./paris";
export * from "./resource.svelte";
export * from "./router.svelte";
export * from "./session.svelte";
export * from "./site.svelte";
export * from "./submission.svelte";
