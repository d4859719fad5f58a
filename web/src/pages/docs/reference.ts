import { answer, apiUrl, unreachable } from "$api";

/** What the gateway's own page says of the API, so that operations and types are put into words in one place only. */
export async function loadReference(signal: AbortSignal): Promise<Element> {
  const asked = fetch(`${apiUrl}docs`, { signal });
  const html = await answer(asked.then(async (response) => ({ response, data: await response.text() })));
  // without its head, whose styles this page's policy would report
  const body = html.slice(html.indexOf("<body>"));
  const reference = new DOMParser().parseFromString(body, "text/html").querySelector("#reference");
  if (!reference) throw unreachable();
  return reference;
}
