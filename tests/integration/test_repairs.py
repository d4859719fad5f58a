"""What is wrong: said in its own words, and taken back when it is over."""

import pytest
from conftest import MoveTo, SetUp
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from pages import get_repairs, load_texts, reload_entry
from scripted_gateway import (
    DAILY,
    HOURS,
    PING,
    POINTS,
    ScriptedGateway,
    answer_problem,
    answer_text,
    load_body,
)

from custom_components.my_electrical_data.const import DOMAIN

pytestmark = pytest.mark.usefixtures("repairs")


def read_repair_text(issue: ir.IssueEntry, language: str = "fr") -> str:
    """Return the title and, without a flow, the description, as they are shown."""
    words = load_texts(language)["issues"][issue.translation_key]
    assert issue.is_fixable == ("fix_flow" in words)
    return " ".join(
        words.get(part, "").format(**issue.translation_placeholders or {}) for part in ("title", "description")
    )


async def test_nothing_is_wrong(hass: HomeAssistant, set_up: SetUp) -> None:
    await set_up()
    assert get_repairs(hass) == {}


# The gateway


async def test_a_gateway_that_stays_away(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, move_to: MoveTo, caplog: pytest.LogCaptureFixture
) -> None:
    await set_up()
    for path in list(gateway.answers):
        gateway.answers[path] = answer_text(502, "")
    await move_to("2026-11-23T10:36:00+00:00")
    assert get_repairs(hass) == {}, "a restart of the gateway is no repair"
    for moment in ("10:50:00", "11:20:00", "11:50:00"):
        await move_to(f"2026-11-23T{moment}+00:00")
    assert "23 Nov 2026" in read_repair_text(get_repairs(hass)["gateway_down"])
    assert caplog.text.count("the gateway does not answer") == 1, "it is logged once"
    assert "Error fetching" not in caplog.text, "and not once a feed"
    caplog.set_level("INFO", f"custom_components.{DOMAIN}")
    gateway.answers |= ScriptedGateway().answers
    gateway.answers[POINTS]["items"][0] |= {"notices": [], "consent": {"status": "granted", "expires_at": None}}
    await move_to("2026-11-23T12:25:00+00:00")
    assert "gateway_down" not in get_repairs(hass)
    assert caplog.text.count("the gateway answers again") == 1
    assert "recovered" not in caplog.text


async def test_a_gateway_that_is_away_at_the_start(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, move_to: MoveTo
) -> None:
    gateway.answers[PING] = answer_text(502, "")
    entry = await set_up()
    assert get_repairs(hass) == {}
    await move_to("2026-11-23T11:06:00+00:00")
    assert entry.state is ConfigEntryState.SETUP_RETRY
    assert get_repairs(hass).keys() == {"gateway_down"}
    gateway.answers[PING] = load_body("ping")
    await reload_entry(hass, entry)
    assert get_repairs(hass) == {}


async def test_a_gateway_that_asks_to_wait_is_there(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, move_to: MoveTo
) -> None:
    await set_up()
    away, busy = answer_text(502, ""), answer_problem(429, "too_many_attempts", **{"Retry-After": "600"})
    for moment, answer in (("10:36", away), ("11:10", busy), ("11:25", away), ("12:10", away), ("12:40", away)):
        gateway.answers[PING] = answer
        await move_to(f"2026-11-23T{moment}:00+00:00")
        assert ("gateway_down" in get_repairs(hass)) == (moment == "12:40"), moment


@pytest.mark.parametrize(("api", "key"), [("1.0", "gateway_too_old"), ("2.0", "gateway_too_new")])
async def test_versions_that_do_not_fit(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, move_to: MoveTo, api: str, key: str
) -> None:
    await set_up()
    gateway.answers[PING] |= {"api": api}
    await move_to("2026-11-23T10:36:00+00:00")
    assert api in read_repair_text(get_repairs(hass)[key])
    gateway.answers[PING] |= {"api": "1.3"}
    await move_to("2026-11-23T11:30:00+00:00")
    assert get_repairs(hass) == {}


# A meter


@pytest.mark.parametrize(
    ("code", "until", "key"),
    [
        ("consent_ends", "2027-01-22T10:05:00Z", "consent_ends"),
        ("consent_ends", "2026-12-08T10:05:01Z", "consent_ends"),
        ("consent_ends", "2026-12-08T10:05:00Z", "consent_ends_soon"),
        ("consent_ends", "2026-11-20T10:05:00Z", "consent_ends_soon"),
        ("consent_ended", None, "consent_ended"),
    ],
)
async def test_a_consent_that_ends(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, code: str, until: str | None, key: str
) -> None:
    notice = {"code": code, "since": "2026-11-01T23:00:00Z", "until": until}
    gateway.answers[POINTS]["items"][0]["notices"] = [notice]
    await set_up()
    assert get_repairs(hass).keys() == {key}
    assert "Maison" in read_repair_text(get_repairs(hass)[key])


NOTICES = [
    "curve_not_collected",
    "prices_outdated",
    "off_peak_unreadable",
    "off_peak_announced",
    "off_peak_changes",
    "base_ends",
    "consent_moved",
    "meter_refused",
    "meter_not_supplied",
]


@pytest.mark.parametrize("code", NOTICES)
async def test_what_the_gateway_gives_notice_of(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, move_to: MoveTo, code: str
) -> None:
    notice = {"code": code, "since": "2026-11-01T23:00:00Z", "until": "2026-12-01T23:00:00Z", "date": "2026-11-20"}
    notice["text"] = "ADAM-ERR0191"
    unknown = {"code": "of_a_later_gateway", "since": None, "until": None}
    gateway.answers[POINTS]["items"][0]["notices"] = [notice, unknown]
    await set_up()
    assert get_repairs(hass).keys() == {code}
    assert "Maison" in read_repair_text(get_repairs(hass)[code])
    assert code != "off_peak_changes" or "20 Nov 2026" in read_repair_text(get_repairs(hass)[code])
    assert code != "off_peak_announced" or "ADAM-ERR0191" in read_repair_text(get_repairs(hass)[code])
    assert code != "base_ends" or "20 Nov 2026" in read_repair_text(get_repairs(hass)[code])
    assert code != "meter_refused" or "ADAM-ERR0191" in read_repair_text(get_repairs(hass)[code])
    gateway.answers[POINTS]["items"][0]["notices"] = []
    await move_to("2026-11-23T10:36:00+00:00")
    assert get_repairs(hass) == {}


UNTIL_MIDNIGHT = "46800"
"""Seconds from 11:00 in Paris, when these tests begin, until midnight."""


@pytest.mark.parametrize("path", [DAILY, HOURS])
async def test_a_quota_that_is_used_up(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, move_to: MoveTo, path: str
) -> None:
    right = gateway.answers[path]
    gateway.answers[path] = answer_problem(429, "quota", **{"Retry-After": UNTIL_MIDNIGHT})
    await set_up()
    assert "Maison" in read_repair_text(get_repairs(hass)["quota_reached"])
    gateway.answers[path] = right
    await move_to("2026-11-24T00:06:00+00:00")
    assert get_repairs(hass) == {}


@pytest.mark.parametrize(
    ("language", "title", "text"),
    [
        (
            "en",
            "Today’s limit is reached for Maison",
            (
                "The gateway limits the number of requests to Enedis for each account and day. "
                "The rest arrives tomorrow, and nothing is lost."
            ),
        ),
        (
            "fr",
            "La limite du jour est atteinte pour Maison",
            (
                "La passerelle limite le nombre de demandes à Enedis par compte et par jour. "
                "La suite viendra demain d’elle-même\u00a0; rien n’est perdu."
            ),
        ),
    ],
)
async def test_the_repair_for_todays_limit_says_that_the_rest_comes_tomorrow_and_blames_nobody(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, language: str, title: str, text: str
) -> None:
    gateway.answers[HOURS] = answer_problem(429, "quota", **{"Retry-After": UNTIL_MIDNIGHT})
    await set_up()
    issue = get_repairs(hass)["quota_reached"]
    assert read_repair_text(issue, language) == f"{title} {text}"
    assert (issue.severity, issue.is_fixable) == (ir.IssueSeverity.WARNING, False)


async def test_the_hourly_limit_of_enedis_is_no_repair(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp
) -> None:
    gateway.answers[HOURS] = answer_problem(429, "quota", **{"Retry-After": "3600"})
    await set_up()
    assert get_repairs(hass) == {}


async def test_too_many_attempts_are_no_quota(hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp) -> None:
    gateway.answers[HOURS] = answer_problem(429, "too_many_attempts", **{"Retry-After": "3600"})
    await set_up()
    assert get_repairs(hass) == {}
