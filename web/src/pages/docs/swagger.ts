// as they are: 1.5 MB that are minified already
import scriptUrl from "swagger-ui-dist/swagger-ui-bundle.js?url";
import styleUrl from "swagger-ui-dist/swagger-ui.css?url";

type SwaggerUI = (options: Record<string, unknown>) => unknown;

const loaded = (element: HTMLScriptElement | HTMLLinkElement): Promise<void> =>
  new Promise((resolve, reject) => {
    element.addEventListener("load", () => resolve());
    element.addEventListener("error", () => reject(new Error("Swagger UI did not load")));
    document.head.append(element);
  });

/** Swagger UI of an OpenAPI document, without its calls to other sites. */
export async function showSwagger(domNode: HTMLElement, url: string): Promise<void> {
  const script = Object.assign(document.createElement("script"), { src: scriptUrl });
  const style = Object.assign(document.createElement("link"), { rel: "stylesheet", href: styleUrl });
  const [described] = await Promise.all([fetch(url).then((answer) => answer.json()), loaded(script), loaded(style)]);
  const swagger = (globalThis as unknown as { SwaggerUIBundle: SwaggerUI }).SwaggerUIBundle;
  swagger({
    domNode,
    // what is tried out is asked where this page asks: below a path, the document's own server is another site's root
    spec: { ...described, servers: [{ url: url.replace(/\/openapi\.json$/, "") }] },
    docExpansion: "none",
    // links to each operation, which also makes them links for a search engine
    deepLinking: true,
    defaultModelsExpandDepth: -1,
    validatorUrl: null,
    withCredentials: true,
  });
}

/** Swagger UI is dark by a class of the page, and not by the system; returns how to end it. */
export function followTheme(): () => void {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const { classList } = document.documentElement;
  const follow = (): void => void classList.toggle("dark-mode", dark.matches);
  follow();
  dark.addEventListener("change", follow);
  return () => {
    dark.removeEventListener("change", follow);
    classList.remove("dark-mode");
  };
}
