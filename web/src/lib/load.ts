/** Add a script or a style sheet to the page, and wait until it is there. */
export const loadElement = (element: HTMLScriptElement | HTMLLinkElement): Promise<void> =>
  new Promise((resolve, reject) => {
    element.addEventListener("load", () => resolve());
    element.addEventListener("error", () => reject(new Error("It could not be loaded")));
    document.head.append(element);
  });
