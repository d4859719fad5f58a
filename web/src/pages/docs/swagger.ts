import { loadElement } from "$lib/load";
// not bundled: 1.5 MB that are already minified
import scriptUrl from "swagger-ui-dist/swagger-ui-bundle.js?url";
import styleUrl from "swagger-ui-dist/swagger-ui.css?url";

type SwaggerUI = (options: Record<string, unknown>) => unknown;

/** Swagger UI of an OpenAPI document, without its calls to other sites. */
export async function showSwagger(domNode: HTMLElement, url: string): Promise<void> {
  const script = Object.assign(document.createElement("script"), { src: scriptUrl });
  const style = Object.assign(document.createElement("link"), { rel: "stylesheet", href: styleUrl });
  const asked = fetch(url).then((answer) => answer.json());
  const [described] = await Promise.all([asked, loadElement(script), loadElement(style)]);
  const swagger = (globalThis as unknown as { SwaggerUIBundle: SwaggerUI }).SwaggerUIBundle;
  swagger({
    domNode,
    // requests go where the page's own requests go: below a path prefix, the document's server would be wrong
    spec: { ...described, servers: [{ url: url.replace(/\/openapi\.json$/, "") }] },
    docExpansion: "none",
    // gives each operation a link
    deepLinking: true,
    defaultModelsExpandDepth: -1,
    validatorUrl: null,
    withCredentials: true,
  });
}
