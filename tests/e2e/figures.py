"""How the pages write figures, in English and French as a browser's Intl does, and what stands in a table."""

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from playwright.async_api import Locator, Page, expect

from tests.e2e.polling import wait_until

UNKNOWN = "–"
MONTHS = {
    "en": "January February March April May June July August September October November December",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
}
BUCKETS = {
    "en": {
        "base": "Base",
        "hp": "Peak",
        "hc": "Off-peak",
        "blue_hp": "Blue, peak",
        "blue_hc": "Blue, off-peak",
        "white_hp": "White, peak",
        "white_hc": "White, off-peak",
        "red_hp": "Red, peak",
        "red_hc": "Red, off-peak",
        "subscription": "Subscription",
        "production": "Production",
    },
    "fr": {
        "base": "Base",
        "hp": "Heures pleines",
        "hc": "Heures creuses",
        "blue_hp": "Bleu, pleines",
        "blue_hc": "Bleu, creuses",
        "white_hp": "Blanc, pleines",
        "white_hc": "Blanc, creuses",
        "red_hp": "Rouge, pleines",
        "red_hc": "Rouge, creuses",
        "subscription": "Abonnement",
        "production": "Production",
    },
}
_SEPARATORS = {"en": (",", "."), "fr": ("\u202f", ",")}


@dataclass(frozen=True)
class Writer:
    """Writes figures in a language."""

    language: str

    @property
    def figure(self) -> re.Pattern[str]:
        """What euros and energy look like in a text."""
        if self.language == "en":
            return re.compile(r"-?€[\d,]+\.\d+|-?[\d,]+(?:\.\d+)?\xa0(?:€/)?kWh")
        return re.compile(r"-?[\d\u202f]+(?:,\d+)?\xa0(?:€(?:/kWh)?|kWh)")

    def bucket(self, name: str) -> str:
        """The name of a bucket."""
        return BUCKETS[self.language][name]

    def number(self, value: float | None, digits: int = 0, *, least: int | None = None) -> str:
        """A number with so many decimals, or without the zeros at its end down to `least` decimals."""
        if value is None:
            return UNKNOWN
        # as Intl does: of the shortest decimal that is this number
        whole, _, decimals = f"{_round(Decimal(repr(value)), digits):,}".partition(".")
        while len(decimals) > (digits if least is None else least) and decimals.endswith("0"):
            decimals = decimals[:-1]
        thousands, point = _SEPARATORS[self.language]
        return whole.replace(",", thousands) + (point + decimals if decimals else "")

    def energy(self, wh: float | None) -> str:
        """Energy given in Wh."""
        if wh is None:
            return UNKNOWN
        kwh = wh / 1000
        return self.number(kwh, 2 if abs(kwh) < 10 else 1 if abs(kwh) < 100 else 0) + "\xa0kWh"

    def money(self, euros: float | None) -> str:
        """Euros."""
        if euros is None:
            return UNKNOWN
        amount, sign = self.number(abs(euros), 2), "-" if euros < 0 else ""
        return f"{sign}€{amount}" if self.language == "en" else f"{sign}{amount}\xa0€"

    def price(self, euros: float) -> str:
        """Euros a kWh."""
        return f"{self.number(euros, 4)}\xa0€/kWh"

    def power(self, value: float, unit: str) -> str:
        """Power given in W or VA."""
        if abs(value) < 1000:
            return f"{self.number(value)}\xa0{unit}"
        return f"{self.number(value / 1000, 2, least=0)}\xa0k{unit}"

    def percent(self, share: float) -> str:
        """A share between 0 and 1."""
        percent = str(_round(Decimal(repr(share)) * 100, 0))
        return f"{percent}%" if self.language == "en" else f"{percent}\xa0%"

    def month(self, day: str) -> str:
        """The month of an ISO date."""
        return f"{MONTHS[self.language].split()[int(day[5:7]) - 1]} {day[:4]}"

    def date(self, day: str) -> str:
        """An ISO date."""
        number = int(day[8:])
        return f"{'1er' if number == 1 and self.language == 'fr' else number} {self.month(day)}"


def _round(value: Decimal, digits: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)


async def unfold_details(page: Page) -> None:
    """Open whatever unfolds, also what is drawn meanwhile."""
    folded = page.locator("main details:not([open]) > summary")

    async def are_unfolded() -> bool:
        if not await folded.count():
            return True
        await folded.evaluate_all("all => all.forEach(one => one.click())")
        return False

    await wait_until(are_unfolded, "everything that unfolds is open", pause=0)


async def unfold_tables(page: Page) -> None:
    """Unfold the tables beside charts, which are rendered only then."""
    await unfold_details(page)
    await expect(page.locator("main details:not(:has(table, form))")).to_have_count(0)


async def read_table(table: Locator) -> list[list[str]]:
    """The rows of a table, its head first."""
    await unfold_tables(table.page)
    found: list[list[str]] = await table.locator("tr").evaluate_all(
        "rows => rows.map(row => [...row.cells].map(cell => cell.textContent.trim()))"
    )
    return found
