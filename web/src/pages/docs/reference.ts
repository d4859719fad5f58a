import { answer, apiUrl, unreachable } from "$api";

/** The reference on the gateway's own page, so that operations and types are described in one place. */
export async function loadReference(signal: AbortSignal): Promise<Element> {
  const asked = fetch(`${apiUrl}docs`, { signal });
  const html = await answer(asked.then(async (response) => ({ response, data: await response.text() })));
  // without its head, whose styles would violate this page's policy
  const body = html.slice(html.indexOf("<body>"));
  const reference = new DOMParser().parseFromString(body, "text/html").querySelector("#reference");
  if (!reference) throw unreachable();
  return reference;
}
