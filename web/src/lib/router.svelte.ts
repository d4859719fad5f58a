import { base } from "./base";

/** The current page: one segment below the base, with its query and fragment. */
class Route {
  page = $state("");
  query = $state.raw(new URLSearchParams());
  fragment = $state("");

  read(): void {
    const here = new URL(location.href);
    this.page = here.href.startsWith(base) ? here.pathname.slice(new URL(base).pathname.length) : "";
    this.query = here.searchParams;
    this.fragment = here.hash.slice(1);
  }
}

export const route = new Route();

type Query = Record<string, string | undefined>;

/** The address of a page. Parameters that are undefined are left out. */
export function href(page: string, query: Query = {}): string {
  const url = new URL(page, base);
  for (const [name, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(name, value);
  return url.href;
}

export function navigate(to: string, { replace = false } = {}): void {
  if (to === location.href) return;
  history[replace ? "replaceState" : "pushState"](null, "", to);
  const samePage = new URL(to).pathname === new URL(base).pathname + route.page;
  route.read();
  if (!samePage) scrollTo(0, 0);
}

/** Change parameters of the current address; undefined removes one. By default, no history entry is added. */
export function setQuery(changes: Query, { push = false } = {}): void {
  const url = new URL(location.href);
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) url.searchParams.delete(name);
    else url.searchParams.set(name, value);
  }
  navigate(url.href, { replace: !push });
}

function followLink(event: MouseEvent): void {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey)
    return;
  const link = (event.target as Element | null)?.closest?.("a");
  if (!link || link.target || link.hasAttribute("download") || link.dataset.external !== undefined) return;
  const isOurs = link.href.startsWith(base) && !link.href.slice(base.length).split(/[?#]/)[0]?.includes("/");
  const isFragment = link.hash && link.href.split("#")[0] === location.href.split("#")[0];
  if (!isOurs || isFragment) return;
  event.preventDefault();
  navigate(link.href);
}

/** Read the address, then follow links and the browser's buttons. */
export function startRouter(): void {
  route.read();
  addEventListener("popstate", () => route.read());
  document.addEventListener("click", followLink);
}
