"""The answers that the other tests play are such as the gateway's OpenAPI document allows."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

FIXTURES = Path(__file__).parent / "fixtures"
DOCUMENT = json.loads((Path(__file__).parents[2] / "server" / "openapi.json").read_text())
POINT = "/v1/usage-points/{point_id}"
ANSWERS = {
    "comparison": ("get", f"{POINT}/comparison"),
    "consent": ("get", "/v1/consents/{consent_id}"),
    "consent_asked": ("post", "/v1/consents"),
    "daily": ("get", f"{POINT}/daily"),
    "ecowatt": ("get", "/v1/ecowatt"),
    "load_curve": ("get", f"{POINT}/load-curve"),
    "refresh": ("post", f"{POINT}/refresh"),
    "hours": ("get", f"{POINT}/hours"),
    "max_power": ("get", f"{POINT}/max-power"),
    "periods": ("get", f"{POINT}/periods"),
    "ping": ("get", "/ping"),
    "tempo": ("get", "/v1/tempo"),
    "tempo_days": ("get", "/v1/tempo/days"),
    "totals": ("get", f"{POINT}/totals"),
    "token": ("post", "/v1/oauth/token"),
    "usage_points": ("get", "/v1/usage-points"),
}


def test_every_fixture_is_checked() -> None:
    assert {file.stem for file in FIXTURES.glob("*.json")} == ANSWERS.keys()


@pytest.mark.parametrize("name", ANSWERS)
def test_a_fixture_is_an_answer_of_the_gateway(name: str) -> None:
    method, path = ANSWERS[name]
    body: Any = json.loads((FIXTURES / f"{name}.json").read_text())
    answers = DOCUMENT["paths"][path][method]["responses"]
    schema = next(answers[status] for status in ("200", "201", "202") if status in answers)["content"][
        "application/json"
    ]["schema"]
    validator = jsonschema.Draft202012Validator(
        {**schema, "components": DOCUMENT["components"]}, format_checker=jsonschema.FormatChecker()
    )
    assert [error.message for error in validator.iter_errors(body)] == []
