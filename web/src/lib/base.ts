/** Address at which the files are served, with a trailing slash; every page is one segment below it. */
export const base: string = typeof document === "undefined" ? "http://localhost/" : new URL(".", document.baseURI).href;
