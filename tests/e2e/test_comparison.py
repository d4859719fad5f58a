"""Compare shows the API's figures, cell by cell, in both languages; hours that one types in are compared too."""

import re
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.async_api import expect

from scripts.lib.stack import Stack
from tests.e2e.conftest import OWNER
from tests.e2e.figures import UNKNOWN, Writer, read_table, unfold_tables
from tests.e2e.polling import wait_until
from tests.e2e.visitor import open_visitor

HOURS = "23h-7h"


@dataclass(frozen=True)
class Texts:
    """What stands around the figures."""

    options: dict[str, str]
    lowest: str
    totals: list[str]
    """The head of the table of totals."""
    buckets: list[str]
    months: str
    known: str
    open_to_new: dict[bool | None, str]
    colon: str
    changed_hours: str
    own_hours: str
    red_gain: str
    contract: str
    highest: str
    enough: str
    never_above: str
    above: str


TEXTS = {
    "en": Texts(
        options={
            "own": "Your own tariff",
            "base": "Base",
            "hp_hc": "Peak/off-peak",
            "changed_hours": "Peak/off-peak with other hours",
            "tempo": "Tempo",
        },
        lowest="{} (lowest bill)",
        totals=["Option", "Bill", "Energy", "Subscription", "Hours with a price", "New contracts"],
        buckets=["Bucket", "kWh", "EUR"],
        months="Months",
        known="Hours with a price",
        open_to_new={True: "possible", False: "no longer sold for this power", None: UNKNOWN},
        colon="{}: {}",
        changed_hours="Peak/off-peak with 23h-7h would have cost {}.",
        own_hours="With the meter’s own hours, it would have cost {}.",
        red_gain="moving all use in red peak hours to red off-peak hours would have saved {};",
        contract="Your contract is for {} kVA.",
        highest="The highest power used was {}, known on {} of the days.",
        enough="{} kVA would have been enough.",
        never_above="{} kVA: not exceeded on any known day.",
        above="{} kVA: exceeded on {} day{}.",
    ),
    "fr": Texts(
        options={
            "own": "Votre tarif",
            "base": "Base",
            "hp_hc": "Heures pleines/creuses",
            "changed_hours": "Heures pleines/creuses à d’autres heures",
            "tempo": "Tempo",
        },
        lowest="{} (facture la plus basse)",
        totals=["Option", "Facture", "Énergie", "Abonnement", "Heures avec un prix", "Nouveaux contrats"],
        buckets=["Poste", "kWh", "EUR"],
        months="Mois",
        known="Heures avec un prix",
        open_to_new={True: "possibles", False: "n’est plus vendue pour cette puissance", None: UNKNOWN},
        colon="{}\xa0: {}",
        changed_hours="L’option heures pleines/creuses avec 23h-7h aurait coûté {}.",
        own_hours="Avec les horaires du compteur, elle aurait coûté {}.",
        red_gain="heures pleines rouges en heures creuses rouges aurait fait économiser {} ;",
        contract="Votre contrat est de {} kVA.",
        highest="La plus haute puissance utilisée a été de {} ; elle est connue pour {} des jours.",
        enough="{} kVA auraient suffi.",
        never_above="{} kVA : jamais dépassé, parmi les jours connus.",
        above="{} kVA : dépassé pendant {} jour{}.",
    ),
}


@dataclass(frozen=True)
class Comparison:
    """The API's comparison, and what the page has to make of it in a language."""

    found: dict[str, Any]
    language: str

    @property
    def write(self) -> Writer:
        """Writes its figures."""
        return Writer(self.language)

    @property
    def texts(self) -> Texts:
        """What stands around them."""
        return TEXTS[self.language]

    def name_option(self, key: str) -> str:
        """What an option, or an offer, is called."""
        offers = {offer["id"]: f"{offer['supplier']}, {offer['name']}" for offer in self.found["offers"]}
        return {**self.texts.options, **offers}[key]

    def is_open(self, key: str) -> bool | None:
        """Whether new customers may choose an option; None where that is unknown, or one's own tariff."""
        return None if key == "own" else self.found["open_to_new"].get("hp_hc" if key == "changed_hours" else key)

    def rows_of_totals(self) -> list[list[str]]:
        """The table of totals, in no order."""
        write, rows = self.write, []
        for key, cost in self.found["total"].items():
            name = self.name_option(key)
            figures = [write.money(cost[part]) for part in ("total", "energy", "subscription")]
            can_choose = self.texts.open_to_new[self.is_open(key)]
            called = self.texts.lowest.format(name) if key == self.found["lowest"] else name
            rows.append([called, *figures, write.percent(cost["known"]), can_choose])
        return rows

    def rows_of_months(self, names: list[str]) -> list[list[str]]:
        """The table of months, whose columns are options of these names."""
        write, keys = self.write, {self.name_option(key): key for key in self.found["total"]}
        rows = []
        for month in self.found["items"]:
            options = month["options"]
            bills = [write.money(options.get(keys[name], {"total": None})["total"]) for name in names]
            rows.append([write.month(month["start"]), *bills, write.percent(month["known"])])
        return rows

    def rows_of_buckets(self) -> list[list[str]]:
        """The table of buckets, in no order."""
        write = self.write
        return [
            [
                self.texts.colon.format(self.name_option(key), write.bucket(name)),
                write.number(used["kwh"]),
                write.money(used["eur"]),
            ]
            for key, cost in self.found["total"].items()
            for name, used in cost["buckets"].items()
        ]

    def sentences(self) -> list[str]:
        """What is said in words of the power and of other hours."""
        write, total, texts = self.write, self.found["total"], self.texts
        power = write.power(self.found["highest_va"], "VA")
        return [
            texts.contract.format(self.found["power_kva"]),
            texts.highest.format(power, write.percent(self.found["highest_known"])),
            texts.enough.format(self.found["lowest_power_kva"]),
            *(self.describe_lower_power(**one) for one in self.found["lower_powers"]),
            texts.changed_hours.format(write.money(total["changed_hours"]["total"])),
            texts.own_hours.format(write.money(total["hp_hc"]["total"])),
            *([texts.red_gain.format(write.money(total["tempo"]["red_gain"]))] if total["tempo"]["red_gain"] else []),
        ]

    def describe_lower_power(self, power_kva: int, days_above: list[str]) -> str:
        """Whether a lower power would have been enough; else the first of the days on which it was not."""
        if not days_above:
            return self.texts.never_above.format(power_kva)
        days = ", ".join(self.write.date(day) for day in days_above[:10])
        plural = "" if len(days_above) == 1 else "s"
        return f"{self.texts.above.format(power_kva, len(days_above), plural)} {days}"


@pytest.mark.parametrize("language", ["en", "fr"])
async def test_the_comparison_shows_the_figures_of_the_api(pages: Stack, language: str) -> None:
    async with open_visitor(pages.gateway_url, language=language, stops_clock=True) as person:
        await person.log_in(OWNER)
        meter = (await person.wait_for_days())["tempo"]

        async def knows_highest_power() -> bool:
            # it is read at Enedis for whoever asks for it; the comparison ends with October
            asked = f"/v1/usage-points/{meter}/max-power?start=2026-09-20&end=2026-11-01"
            return len((await person.fetch_json(asked))["readings"]) > 31

        await wait_until(knows_highest_power, "the highest power of October's days")
        path = f"compare?meter={meter}&hours={HOURS}"
        [answer] = await person.visit_and_stop_clock(path, "comparison")
        compared = Comparison(answer, language)
        await unfold_tables(person.page)
        totals, months, buckets = [await read_table(table) for table in await person.page.locator("table").all()]

        assert totals[0] == compared.texts.totals
        assert sorted(totals[1:]) == sorted(compared.rows_of_totals())
        assert compared.found["lowest"], "an option is marked"
        first, *names, last = months[0]
        assert (first, last) == (compared.texts.months, compared.texts.known)
        assert sorted(names) == sorted(compared.name_option(key) for key in compared.found["total"])
        assert months[1:] == compared.rows_of_months(names)
        assert len(months) > 2, "two months of the sixty days"
        assert buckets[0] == compared.texts.buckets
        assert sorted(buckets[1:]) == sorted(compared.rows_of_buckets())
        text = " ".join((await person.read()).split())
        sentences = [" ".join(sentence.split()) for sentence in compared.sentences()]
        assert [sentence for sentence in sentences if sentence not in text] == [], "not on the page"


async def test_other_off_peak_hours_are_compared_and_unreadable_ones_can_be_corrected(pages: Stack) -> None:
    async with open_visitor(pages.gateway_url) as person:
        await person.log_in(OWNER)
        await person.open("compare?hours=whenever")
        await expect(person.page.get_by_role("alert")).to_contain_text("These hours cannot be read.")
        await person.fill_field("Off-peak at other hours", "whenever")
        await person.press_button("Compare")
        await expect(person.page.locator("form").get_by_role("alert")).to_contain_text("These hours cannot be read.")
        await person.fill_field("Off-peak at other hours", HOURS)
        await person.press_button("Compare")
        await person.wait_for_text(re.compile(rf"Peak/off-peak with {HOURS} would have cost €"))
        await person.press_button("Remove these hours")
        await expect(person.page.get_by_text("Peak/off-peak with 23h-7h would have cost")).to_have_count(0)
