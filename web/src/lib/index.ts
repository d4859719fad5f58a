// exported together so that a page needs a single import; the build leaves out what a page does not use
export * from "./base";
export * from "./format";
export * from "./pages.svelte";
export * from "./paris";
export * from "./resource.svelte";
export * from "./router.svelte";
export * from "./session.svelte";
export * from "./site.svelte";
export * from "./submission.svelte";
export * from "./words";
