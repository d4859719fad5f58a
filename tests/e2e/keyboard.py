"""A person who has a keyboard and nothing to point with."""

from dataclasses import dataclass

from playwright.async_api import Locator, Page, expect

_FURTHEST = 200
_NAME_OF_FOCUS = """() => {
    const { localName, ariaLabel, textContent } = document.activeElement;
    return `${localName} ${ariaLabel ?? textContent.trim().slice(0, 40)}`;
}"""
_IS_WITHIN = "dialog => document.activeElement === document.body || dialog.contains(document.activeElement)"


@dataclass(frozen=True)
class Keyboard:
    """The keyboard of a page."""

    page: Page

    async def press(self, *keys: str) -> None:
        """Press keys, one after the other."""
        for key in keys:
            await self.page.keyboard.press(key)

    async def type(self, text: str) -> None:
        """Write a text in place of what the field holds."""
        await self.press("Control+a")
        await self.page.keyboard.type(text)

    async def go_to(self, target: Locator, *, backwards: bool = False) -> None:
        """Press Tab, or Shift and Tab, until something has the focus; fail if it never has."""
        await expect(target).to_be_visible()
        passed: list[str] = []
        for _ in range(_FURTHEST):
            await self.press("Shift+Tab" if backwards else "Tab")
            if await target.evaluate("target => target === document.activeElement"):
                return
            passed.append(await self.page.evaluate(_NAME_OF_FOCUS))
        raise AssertionError(f"Tab never comes to {target}, only to {passed}")

    async def activate(self, target: Locator, key: str = "Enter", *, backwards: bool = False) -> None:
        """Go to something, and press a key there."""
        await self.go_to(target, backwards=backwards)
        await self.press(key)

    async def open_dialog(self, opener: Locator) -> Locator:
        """Open a dialog by its button: it takes the focus, and keeps it however often Tab is pressed."""
        await self.activate(opener)
        dialog = self.page.get_by_role("dialog")
        await expect(dialog).to_be_visible()
        stops = await dialog.locator("button, input, select, a[href]").count() + 3
        for key in ("Tab", "Shift+Tab"):
            for _ in range(stops):
                assert await dialog.evaluate(_IS_WITHIN), await self.page.evaluate(_NAME_OF_FOCUS)
                await self.press(key)
        return dialog

    async def leave_dialog(self, opener: Locator) -> None:
        """Close a dialog by Escape: what opened it has the focus again."""
        await self.press("Escape")
        await expect(self.page.get_by_role("dialog")).to_have_count(0)
        await expect(opener).to_be_focused()
