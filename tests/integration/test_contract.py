"""The answers that the other tests play are such as the gateway's OpenAPI document allows, and so are the models."""

import json
from dataclasses import MISSING, fields
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from aiohttp.test_utils import make_mocked_request
from paris_home import World, parse_paris
from scripted_gateway import POINT_ID, ScriptedGateway

from custom_components.my_electrical_data.api import figures, models, on_demand, signals
from custom_components.my_electrical_data.api.transport import API_MAJOR, API_MINOR

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
    "quota": ("get", "/v1/quota"),
    "series": ("get", f"{POINT}/series"),
    "tempo": ("get", "/v1/tempo"),
    "tempo_days": ("get", "/v1/tempo/days"),
    "tempo_forecast": ("get", "/v1/tempo/forecast"),
    "totals": ("get", f"{POINT}/totals"),
    "token": ("post", "/v1/oauth/token"),
    "usage_points": ("get", "/v1/usage-points"),
}


def test_every_fixture_is_checked() -> None:
    assert {file.stem for file in FIXTURES.glob("*.json")} == ANSWERS.keys()


def schema_of(name: str) -> dict[str, Any]:
    method, path = ANSWERS[name]
    answers = DOCUMENT["paths"][path][method]["responses"]
    answer = next(answers[status] for status in ("200", "201", "202") if status in answers)
    schema: dict[str, Any] = answer["content"]["application/json"]["schema"]
    return schema


def list_violations(name: str, body: Any) -> list[str]:
    """Return what the document has against an answer."""
    validator = jsonschema.Draft202012Validator(
        {**schema_of(name), "components": DOCUMENT["components"]}, format_checker=jsonschema.FormatChecker()
    )
    return [error.message for error in validator.iter_errors(body)]


@pytest.mark.parametrize("name", ANSWERS)
def test_a_fixture_is_an_answer_of_the_gateway(name: str) -> None:
    assert list_violations(name, json.loads((FIXTURES / f"{name}.json").read_text())) == []


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("tempo", ""),
        ("ecowatt", ""),
        ("tempo_days", "?start=2026-10-20&end=2026-11-01"),
        ("periods", "?start=2026-10-20&end=2026-11-01"),
    ],
)
async def test_what_a_world_tells_is_an_answer_of_the_gateway(name: str, query: str) -> None:
    gateway = ScriptedGateway()
    days = {date(2026, 11, 24): "red", date(2026, 10, 25): "unknown"}
    World(colors=days, levels={parse_paris("2026-11-24T08:00"): 3}, on_tempo=True).script_gateway(gateway)
    path = ANSWERS[name][1].replace("{point_id}", POINT_ID)
    body = await gateway.answers[path](make_mocked_request("GET", f"{path}{query}"))
    assert list_violations(name, body) == []


# What the integration reads, and how the document calls it.
MODELS: dict[type, str] = {
    models.ConsentRequest: "ConsentView",
    models.Freshness: "Freshness",
    models.Hole: "Hole",
    models.Notice: "Notice",
    models.UsagePoint: "UsagePointView",
    figures.Missing: "MissingRange",
    figures.DailyReadings: "DailyAnswer",
    figures.Series: "PublishedSeriesView",
    figures.Hours: "HoursView",
    figures.MaxPower: "MaxPowerAnswer",
    figures.PeakReading: "PeakReading",
    figures.Total: "TotalView",
    figures.Totals: "TotalsView",
    figures.Period: "PeriodView",
    figures.Periods: "PeriodsView",
    on_demand.Interval: "CurveReading",
    on_demand.LoadCurve: "CurveAnswer",
    on_demand.OptionCost: "OptionCostView",
    on_demand.OptionTotal: "OptionTotalView",
    on_demand.ComparedMonth: "MonthView",
    on_demand.Comparison: "ComparisonView",
    on_demand.Refresh: "RefreshAnswer",
    signals.TempoDay: "TempoDayView",
    signals.TempoCount: "ColorCountView",
    signals.TempoSeason: "TempoSeasonView",
    signals.Tempo: "Tempo",
    signals.TempoForecast: "TempoForecastView",
    signals.ForecastDay: "ForecastDay",
    signals.ForecastHorizon: "HorizonView",
    signals.ForecastScore: "Score",
    signals.TempoProbabilities: "ProbabilitiesView",
    signals.EcowattSpan: "LevelRunView",
    signals.Ecowatt: "Ecowatt",
}
ENUMS: dict[type[StrEnum], str] = {signals.TempoColor: "Color"}


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_the_gateway_promises_what_is_read(model: Any) -> None:
    schema = DOCUMENT["components"]["schemas"][MODELS[model]]
    for field in fields(model):
        name = field.metadata.get("alias", field.name)
        assert name in schema["properties"], f"{MODELS[model]} has no {name}"
        has_default = field.default is not MISSING or field.default_factory is not MISSING
        assert has_default == (name not in schema.get("required", [])), f"{MODELS[model]}.{name}"


def test_the_gateway_of_this_release_is_what_the_integration_needs() -> None:
    """A field that is read and that the gateway did not always send raises the minor version of both."""
    assert DOCUMENT["components"]["schemas"]["Ping"]["properties"]["api"]["default"] == f"{API_MAJOR}.{API_MINOR}"


@pytest.mark.parametrize("enum", ENUMS, ids=lambda enum: enum.__name__)
def test_every_word_of_the_gateway_is_understood(enum: type[StrEnum]) -> None:
    assert set(enum) == set(DOCUMENT["components"]["schemas"][ENUMS[enum]]["enum"])


def test_every_total_is_understood() -> None:
    view = DOCUMENT["components"]["schemas"]["TotalsView"]["properties"]
    assert {unit.value for unit in figures.TotalsUnit} <= view.keys()
    assert set(DOCUMENT["components"]["schemas"]["_Which"]["enum"]) == set(figures.TotalRange)
