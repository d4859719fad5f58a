// what pages use, exported together so that a page needs one import; the build drops what is unused
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
