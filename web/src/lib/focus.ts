/** Give the focus to the page's heading: what had it is gone, and a screen reader would be nowhere. */
export function focusHeading(): void {
  document.querySelector("h1")?.focus({ preventScroll: true });
}
