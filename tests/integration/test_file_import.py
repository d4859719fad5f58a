"""Files of earlier readings: shown before they count, accepted, taken back, in the meter's menu and as an action."""

from pathlib import Path
from typing import Any

import pytest
from aiohttp import FormData, web
from conftest import SetUp
from homeassistant.components.repairs import DOMAIN as REPAIRS
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.setup import async_setup_component
from pages import answer_meter, call_action, open_meter
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator
from scripted_gateway import POINT, ScriptedGateway, answer_problem, answer_text

from custom_components.my_electrical_data.const import DOMAIN

IMPORTS = f"{POINT}/imports"
CONTENT = b"debut;fin;kW\n2021-03-01T00:00;2021-03-01T00:30;0,696\n"
NAME = "historique_conso_décembre.csv"
REPORT: dict[str, Any] = {
    "format": "conso_downloader",
    "days": {"new": 730, "agrees": 0, "differs": 1},
    "spans": [
        {
            "kind": "daily",
            "direction": "consumption",
            "outcome": "differs",
            "start": "2023-03-05",
            "end": "2023-03-06",
            "days": 1,
            "partial": 0,
        },
        {
            "kind": "load_curve",
            "direction": "consumption",
            "outcome": "new",
            "start": "2021-03-01",
            "end": "2023-03-01",
            "days": 730,
            "partial": 2,
        },
    ],
    "differences": [
        {
            "kind": "daily",
            "direction": "consumption",
            "date": "2023-03-05",
            "file": 8200,
            "archive": 8431,
            "unit": "Wh",
        }
    ],
    "rejected": [{"reason": "formula", "count": 3, "rows": [4, 9, 12]}],
}
IMPORT = {"id": "i" * 16, "created_at": "2026-11-23T10:05:00Z", "changed_at": "2026-11-23T10:05:00Z", "report": REPORT}


@pytest.fixture
def sent_files(gateway: ScriptedGateway) -> list[tuple[str, bytes]]:
    """Have the gateway read any file; return what it was sent: the file's name and its content."""
    sent_files: list[tuple[str, bytes]] = []

    async def answer(request: web.Request) -> web.Response:
        if request.method == "GET":
            return web.json_response({"items": [IMPORT | {"status": "accepted"}]})
        sent_files.append((request.headers["Content-Disposition"], await request.read()))
        return web.json_response(IMPORT | {"status": "preview"}, status=201)

    gateway.answers[IMPORTS] = answer
    gateway.answers[f"{IMPORTS}/{'i' * 16}/accept"] = IMPORT | {"status": "accepted"}
    gateway.answers[f"{IMPORTS}/{'i' * 16}"] = answer_text(204, "")
    return sent_files


@pytest.fixture
async def entry_ready(
    hass: HomeAssistant, set_up: SetUp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> MockConfigEntry:
    # one folder for each test: Home Assistant deletes it when it stops, and tests run beside each other
    monkeypatch.setattr("homeassistant.components.file_upload.TEMP_DIR_NAME", str(tmp_path / "uploads"))
    for component in ("homeassistant", REPAIRS, "calendar", "image", DOMAIN, "file_upload"):
        assert await async_setup_component(hass, component, {})
    return await set_up()


@pytest.fixture
def upload(hass: HomeAssistant, hass_client: ClientSessionGenerator) -> Any:
    async def upload_file(content: bytes) -> str:
        form = FormData(quote_fields=False)  # as browsers do
        form.add_field("file", content, filename=NAME, content_type="text/csv")
        response = await (await hass_client()).post("/api/file_upload", data=form)
        return str((await response.json())["file_id"])

    return upload_file


@pytest.mark.parametrize(
    ("language", "lines"),
    [
        (
            "en",
            [
                "- Load curve, new days: 730, 1 Mar 2021 to 28 Feb 2023",
                "- Daily values, one day that differs from what is known: 5 Mar 2023; what is known stays",
                "- 5 Mar 2023: 8200 Wh in the file, 8431 Wh already known",
                "- Rows not used: 3 (formulas are not computed)",
            ],
        ),
        (
            "fr",
            [
                "- Courbe de charge, nouveaux jours : 730, du 01/03/2021 au 28/02/2023",
                (
                    "- Valeurs quotidiennes, un jour différent de ce qui est connu : 05/03/2023 ; "
                    "ce qui est connu est gardé"
                ),
                "- 05/03/2023 : 8200 Wh dans le fichier, 8431 Wh déjà connus",
                "- Lignes non utilisées : 3 (les formules ne sont pas calculées)",
            ],
        ),
    ],
)
async def test_a_file_is_shown_before_it_counts(
    hass: HomeAssistant,
    gateway: ScriptedGateway,
    entry_ready: MockConfigEntry,
    sent_files: list[tuple[str, bytes]],
    upload: Any,
    language: str,
    lines: list[str],
) -> None:
    hass.config.language = language
    form = await open_meter(hass, entry_ready, "import_file")
    preview = await answer_meter(hass, form, {"file": await upload(CONTENT), "direction": "consumption"})
    assert preview["step_id"] == "preview"
    assert preview["description_placeholders"]["report"].splitlines() == lines
    [(header, content)] = sent_files
    assert content == CONTENT
    assert "historique_conso_d%C3%A9cembre.csv" in header, "some files name their meter only there"
    assert not gateway.list_requests(f"{IMPORTS}/{'i' * 16}/accept"), "nothing counts yet"
    end = await answer_meter(hass, preview, {})
    assert (end["type"], end["reason"]) == (FlowResultType.ABORT, "import_accepted")
    assert len(gateway.list_requests(f"{IMPORTS}/{'i' * 16}/accept")) == 1


@pytest.mark.parametrize(
    ("problem", "errors"),
    [
        ("another_meter", {"file": "import_another_meter"}),
        ("something_new", {"base": "request_refused"}),
    ],
)
async def test_a_file_that_is_refused_can_be_replaced(
    hass: HomeAssistant,
    gateway: ScriptedGateway,
    entry_ready: MockConfigEntry,
    upload: Any,
    problem: str,
    errors: dict[str, str],
) -> None:
    gateway.answers[IMPORTS] = answer_problem(422, problem)
    form = await open_meter(hass, entry_ready, "import_file")
    answers = {"file": await upload(CONTENT), "direction": "consumption"}
    again = await answer_meter(hass, form, answers)
    assert (again["step_id"], again["errors"]) == ("import_file", errors)
    assert (await answer_meter(hass, form, answers))["errors"] == {"file": "import_gone"}, "an upload is read once"


async def test_a_file_that_is_too_large_is_not_sent(
    hass: HomeAssistant, entry_ready: MockConfigEntry, sent_files: list[Any], upload: Any
) -> None:
    form = await open_meter(hass, entry_ready, "import_file")
    large = await upload(b"0" * (20 * 1024 * 1024 + 1))
    again = await answer_meter(hass, form, {"file": large, "direction": "consumption"})
    assert (again["errors"], sent_files) == ({"file": "import_too_large"}, [])


async def test_a_file_that_adds_nothing_says_why(
    hass: HomeAssistant, gateway: ScriptedGateway, entry_ready: MockConfigEntry, upload: Any
) -> None:
    nothing = REPORT | {"days": {"new": 0, "agrees": 0, "differs": 0}, "spans": [], "differences": []}
    gateway.answers[IMPORTS] = IMPORT | {"status": "preview", "report": nothing}
    form = await open_meter(hass, entry_ready, "import_file")
    end = await answer_meter(hass, form, {"file": await upload(CONTENT), "direction": "consumption"})
    assert (end["type"], end["reason"]) == (FlowResultType.ABORT, "nothing_to_import")
    assert end["description_placeholders"]["report"] == "- Rows not used: 3 (formulas are not computed)"


async def test_a_gateway_that_goes_away_can_be_asked_again(
    hass: HomeAssistant, gateway: ScriptedGateway, entry_ready: MockConfigEntry, sent_files: list[Any], upload: Any
) -> None:
    form = await open_meter(hass, entry_ready, "import_file")
    preview = await answer_meter(hass, form, {"file": await upload(CONTENT), "direction": "production"})
    accepting = f"{IMPORTS}/{'i' * 16}/accept"
    right, gateway.answers[accepting] = gateway.answers[accepting], answer_problem(503, "database_down")
    assert (await answer_meter(hass, preview, {}))["errors"] == {"base": "gateway_unavailable"}
    gateway.answers[accepting] = right
    assert (await answer_meter(hass, preview, {}))["reason"] == "import_accepted"


async def test_an_import_is_taken_back(
    hass: HomeAssistant, gateway: ScriptedGateway, entry_ready: MockConfigEntry, sent_files: list[Any]
) -> None:
    form = await open_meter(hass, entry_ready, "take_back")
    [option] = form["data_schema"].schema["import"].config["options"]
    assert option["label"] == "23 Nov 2026, Conso Downloader, days added: 730"
    end = await answer_meter(hass, form, {"import": option["value"]})
    assert end["reason"] == "import_taken_back"
    assert [request.method for request in gateway.list_requests(f"{IMPORTS}/{'i' * 16}")] == ["DELETE"]


@pytest.mark.parametrize(
    ("language", "label", "lines"),
    [
        (
            "en",
            "23 Nov 2026, Conso Downloader, one day added",
            [
                "- Daily values, one new day: 5 Mar 2023",
                "- Load curve, one day that agrees with what is known: 5 Mar 2023",
                "- One row not used (formulas are not computed)",
            ],
        ),
        (
            "fr",
            "23/11/2026, Conso Downloader, un jour ajouté",
            [
                "- Valeurs quotidiennes, un nouveau jour : 05/03/2023",
                "- Courbe de charge, un jour identique à ce qui est connu : 05/03/2023",
                "- Une ligne non utilisée (les formules ne sont pas calculées)",
            ],
        ),
    ],
)
async def test_a_file_of_one_day_is_described_in_the_singular(
    hass: HomeAssistant,
    gateway: ScriptedGateway,
    entry_ready: MockConfigEntry,
    upload: Any,
    language: str,
    label: str,
    lines: list[str],
) -> None:
    hass.config.language = language
    of_one_day = {"direction": "consumption", "start": "2023-03-05", "end": "2023-03-06", "days": 1, "partial": 0}
    report = {
        "format": "conso_downloader",
        "days": {"new": 1, "agrees": 1, "differs": 0},
        "spans": [
            of_one_day | {"kind": "daily", "outcome": "new"},
            of_one_day | {"kind": "load_curve", "outcome": "agrees"},
        ],
        "differences": [],
        "rejected": [{"reason": "formula", "count": 1, "rows": [4]}],
    }
    gateway.answers[IMPORTS] = IMPORT | {"status": "preview", "report": report}
    form = await open_meter(hass, entry_ready, "import_file")
    preview = await answer_meter(hass, form, {"file": await upload(CONTENT), "direction": "consumption"})
    assert preview["description_placeholders"]["report"].splitlines() == lines
    gateway.answers[IMPORTS] = {"items": [IMPORT | {"status": "accepted", "report": report}]}
    form = await open_meter(hass, entry_ready, "take_back")
    [option] = form["data_schema"].schema["import"].config["options"]
    assert option["label"] == label


async def test_there_may_be_nothing_to_take_back(
    hass: HomeAssistant, gateway: ScriptedGateway, entry_ready: MockConfigEntry
) -> None:
    gateway.answers[IMPORTS] = {"items": [IMPORT | {"status": "taken_back"}]}
    assert (await open_meter(hass, entry_ready, "take_back"))["reason"] == "no_imports"
    gateway.answers[IMPORTS] = answer_problem(503, "database_down")
    assert (await open_meter(hass, entry_ready, "take_back"))["reason"] == "gateway_failed"


# The action


@pytest.fixture
def file(hass: HomeAssistant, tmp_path: Path) -> Path:
    """Put a file where Home Assistant may read."""
    hass.config.allowlist_external_dirs = {str(tmp_path)}
    path = tmp_path / NAME
    path.write_bytes(CONTENT)
    return path


@pytest.mark.parametrize("accept", [False, True])
async def test_the_action_previews_and_accepts(
    hass: HomeAssistant,
    gateway: ScriptedGateway,
    entry_ready: MockConfigEntry,
    sent_files: list[tuple[str, bytes]],
    file: Path,
    accept: bool,
) -> None:
    answer = await call_action(hass, "import_file", file=str(file), accept=accept)
    assert (answer["accepted"], answer["report"]["days"]["new"]) == (accept, 730)
    assert [content for _, content in sent_files] == [CONTENT]
    assert len(gateway.list_requests(f"{IMPORTS}/{'i' * 16}/accept")) == accept


@pytest.mark.parametrize(
    ("name", "allowed", "message"),
    [("elsewhere.csv", False, "may not read"), ("missing.csv", True, "cannot be read")],
)
async def test_the_action_reads_only_what_it_may(
    hass: HomeAssistant, entry_ready: MockConfigEntry, file: Path, *, name: str, allowed: bool, message: str
) -> None:
    hass.config.allowlist_external_dirs = {str(file.parent)} if allowed else set()
    with pytest.raises(ServiceValidationError, match=message):
        await call_action(hass, "import_file", file=str(file.with_name(name)))


async def test_the_action_says_why_a_file_is_refused(
    hass: HomeAssistant, gateway: ScriptedGateway, entry_ready: MockConfigEntry, file: Path
) -> None:
    gateway.answers[IMPORTS] = answer_problem(422, "another_meter")
    with pytest.raises(ServiceValidationError, match="about another meter"):
        await call_action(hass, "import_file", file=str(file))
    gateway.answers[IMPORTS] = answer_problem(503, "database_down")
    with pytest.raises(HomeAssistantError, match="temporarily unavailable"):
        await call_action(hass, "import_file", file=str(file))
