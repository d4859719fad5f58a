"""What may be attached to a public report."""

import json

from conftest import SetUp
from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.components.diagnostics import (
    get_diagnostics_for_config_entry,
)
from pytest_homeassistant_custom_component.typing import (
    ClientSessionGenerator,
)
from scripted_gateway import (
    CLIENT_ID,
    CLIENT_SECRET,
    ECOWATT,
    HOURS,
    INSTANCE_ID,
    POINT_ID,
    TEMPO,
    ScriptedGateway,
    answer_problem,
)


async def test_tells_the_state_and_no_secret(
    hass: HomeAssistant, hass_client: ClientSessionGenerator, gateway: ScriptedGateway, set_up: SetUp
) -> None:
    gateway.answers[TEMPO] = answer_problem(503, "upstream_down")
    gateway.answers[ECOWATT]["days"][0]["message"] = f"Compteur 12345678901234, {POINT_ID}, chez Maison"
    entry = await set_up()
    report = await get_diagnostics_for_config_entry(hass, hass_client, entry)
    assert report["gateway"]["api"] == "1.1"
    assert report["tempo"]["ok"] is False
    assert "upstream_down" not in report["tempo"]["error"]
    assert report["usage_points"]["data"][0]["consent"]["status"] == "granted"
    assert report["meters"][0]["daily"]["data"]["readings"][-1]["wh"] == 23456
    assert report["meters"][0]["hours"]["data"]["newest"] == "2026-11-22T22:00:00+00:00"
    assert report["ecowatt"]["data"]["days"][0]["message"] == "Compteur **REDACTED**, **REDACTED**, chez **REDACTED**"
    text = json.dumps(report, ensure_ascii=False)
    for secret in (CLIENT_ID, CLIENT_SECRET, INSTANCE_ID, POINT_ID, "0017", "Maison", "127.0.0.1", "token-1"):
        assert secret not in text


async def test_a_failing_feed_is_reported(
    hass: HomeAssistant, hass_client: ClientSessionGenerator, gateway: ScriptedGateway, set_up: SetUp
) -> None:
    gateway.answers[HOURS] = answer_problem(403, "no_consent")
    report = await get_diagnostics_for_config_entry(hass, hass_client, await set_up())
    assert "no_consent" in report["meters"][0]["hours"]["error"]
