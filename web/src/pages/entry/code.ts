import { route } from "$lib/router.svelte";

/** The code of a mail's link. It stands behind the #, which browsers send to nobody; it leaves the address at once. */
export function takeCode(): string {
  const code = new URLSearchParams(route.fragment).get("code") ?? "";
  if (code) history.replaceState(null, "", location.pathname + location.search);
  return code;
}
