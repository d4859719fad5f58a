"""Home Assistant with a real recorder, and a gateway to talk to."""

import logging
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from freezegun import freeze_time
from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.recorder import CONF_EVENT_TYPES
from homeassistant.components.repairs import DOMAIN as REPAIRS
from homeassistant.const import (
    CONF_CLIENT_ID,
    CONF_CLIENT_SECRET,
    CONF_EXCLUDE,
    CONF_URL,
    EVENT_COMPONENT_LOADED,
    EVENT_CORE_CONFIG_UPDATE,
    EVENT_SERVICE_REGISTERED,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers.device_registry import EVENT_DEVICE_REGISTRY_UPDATED
from homeassistant.helpers.entity_registry import EVENT_ENTITY_REGISTRY_UPDATED
from homeassistant.helpers.entityfilter import CONF_ENTITY_GLOBS
from homeassistant.setup import async_setup_component
from homeassistant.util import executor
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)
from pytest_homeassistant_custom_component.components.recorder.common import async_wait_recording_done
from pytest_homeassistant_custom_component.typing import WebSocketGenerator
from scripted_gateway import CLIENT_ID, CLIENT_SECRET, INSTANCE_ID, POINT, POINT_ID, POINTS, Meter, ScriptedGateway
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.amber import AmberSnapshotExtension

# Before Home Assistant mounts its own configuration directory, whose custom_components would hide ours.
from custom_components.my_electrical_data import consent
from custom_components.my_electrical_data.const import CONF_MADE_HERE, DOMAIN, METER

# The test package has every SQL statement logged.
logging.getLogger("sqlalchemy.engine").setLevel(logging.WARNING)

# On a busy machine the ten seconds that Home Assistant gives its threads to end are too short for those of a test, and
# to interrupt one keeps the others from ending.
executor.EXECUTOR_SHUTDOWN_TIMEOUT = 120

NOW = "2026-11-23T10:05:00+00:00"
UNRECORDED = [
    EVENT_COMPONENT_LOADED,
    EVENT_CORE_CONFIG_UPDATE,
    EVENT_DEVICE_REGISTRY_UPDATED,
    EVENT_ENTITY_REGISTRY_UPDATED,
    EVENT_SERVICE_REGISTERED,
]

type SetUp = Callable[[], Awaitable[MockConfigEntry]]
type MoveTo = Callable[[str], Awaitable[None]]


@pytest.fixture(autouse=True)
async def recorder_and_our_integration(
    recorder_mock: None, enable_custom_integrations: None, hass: HomeAssistant
) -> AsyncIterator[None]:
    """Load the recorder, let ours be found, and unload it first: what it does in the background reads the recorder."""
    yield
    for entry in hass.config_entries.async_loaded_entries(DOMAIN):
        await hass.config_entries.async_unload(entry.entry_id)


@pytest.fixture
def recorder_config() -> dict[str, Any]:
    """Have the recorder keep statistics alone: commits of each state and event take half of these tests' time."""
    return {CONF_EXCLUDE: {CONF_ENTITY_GLOBS: ["*"], CONF_EVENT_TYPES: UNRECORDED}}


@pytest.fixture(autouse=True)
def enable_event_loop_debug() -> None:
    """Leave the event loop's debug mode off, which the test package turns on: it takes a third of these tests' time."""


@pytest.fixture(scope="session", autouse=True)
def freeze_clock_once() -> Iterator[None]:
    """Freeze the clock once: each test sets its own then, without a search of every module for functions of time."""
    with freeze_time(NOW):
        yield


@pytest.fixture(autouse=True)
def now(freezer: FrozenDateTimeFactory) -> FrozenDateTimeFactory:
    freezer.move_to(NOW)
    return freezer


@pytest.fixture(autouse=True)
def no_jitter(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask again at the very moment: tests of the pace add their own spread."""
    monkeypatch.setattr("custom_components.my_electrical_data.feed.random", lambda: 0.0)


@pytest.fixture
async def clock_of_paris(hass: HomeAssistant) -> AsyncIterator[None]:
    """Have Home Assistant live in Paris."""
    await hass.config.async_set_time_zone("Europe/Paris")
    yield
    await hass.config.async_set_time_zone("UTC")


@pytest.fixture
async def gateway(socket_enabled: None) -> AsyncIterator[ScriptedGateway]:
    scripted = ScriptedGateway()
    await scripted.server.start_server(access_log=None)
    yield scripted
    await scripted.server.close()


@pytest.fixture
def self_signed(tmp_path: Path) -> ssl.SSLContext:
    """What a server of https needs whose certificate nobody signed."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "gateway")])
    start = datetime(2020, 1, 1, tzinfo=UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(start).not_valid_after(start + timedelta(days=36500))
    pem = tmp_path / "gateway.pem"
    pem.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(pem)
    return context


@pytest.fixture
def entry(gateway: ScriptedGateway) -> MockConfigEntry:
    return MockConfigEntry(
        domain=DOMAIN,
        title="MyElectricalData",
        unique_id=INSTANCE_ID,
        version=2,
        data={
            CONF_URL: gateway.url,
            CONF_CLIENT_ID: CLIENT_ID,
            CONF_CLIENT_SECRET: CLIENT_SECRET,
            CONF_MADE_HERE: True,
        },
        subentries_data=[{"data": {}, "subentry_type": METER, "title": "Maison", "unique_id": POINT_ID}],
    )


@pytest.fixture
def set_up(hass: HomeAssistant, entry: MockConfigEntry) -> SetUp:
    """Set the entry up, and wait for everything it does in the background."""

    async def set_up_entry() -> MockConfigEntry:
        if entry.entry_id not in {known.entry_id for known in hass.config_entries.async_entries()}:
            entry.add_to_hass(hass)
        await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done(wait_background_tasks=True)
        return entry

    return set_up_entry


@pytest.fixture
def move_to(hass: HomeAssistant, now: FrozenDateTimeFactory) -> MoveTo:
    """Move the clock, and wait for everything that happens then."""

    async def move_clock(moment: str) -> None:
        now.move_to(moment)
        async_fire_time_changed(hass)
        await hass.async_block_till_done(wait_background_tasks=True)

    return move_clock


@pytest.fixture
def snapshot(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    """Plain values, in the folder that each release of the test package agrees to."""
    return snapshot.use_extension(AmberSnapshotExtension)


@pytest.fixture
def import_as_program(hass: HomeAssistant, hass_ws_client: WebSocketGenerator) -> Any:
    """Import statistics over Home Assistant's websocket, as programs outside of it do."""

    async def import_rows(statistic_id: str, unit: str, rows: list[dict[str, Any]]) -> None:
        client = await hass_ws_client()
        metadata = {
            "has_mean": False,
            "has_sum": True,
            "name": "Linky",
            "source": statistic_id.partition(":")[0],
            "statistic_id": statistic_id,
            "unit_of_measurement": unit,
        }
        await client.send_json_auto_id({"type": "recorder/import_statistics", "metadata": metadata, "stats": rows})
        assert (await client.receive_json())["success"]
        await async_wait_recording_done(hass)

    return import_rows


@pytest.fixture
async def energy(hass: HomeAssistant) -> None:
    for component in ("homeassistant", "energy", REPAIRS, "calendar", "image", DOMAIN):
        assert await async_setup_component(hass, component, {})


@pytest.fixture
def without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consent, "LOOK_EVERY", 0.0)
    monkeypatch.setattr(consent, "LOOK_LATER", 0.0)
    monkeypatch.setattr(consent, "DETAILS_LOOKS", 2)


@pytest.fixture
async def entry_without_meters(
    hass: HomeAssistant, gateway: ScriptedGateway, entry: MockConfigEntry, set_up: SetUp
) -> MockConfigEntry:
    """The account has no meters yet either; a consent brings the one of the fixtures."""
    entry.add_to_hass(hass)
    for subentry_id in list(entry.subentries):
        hass.config_entries.async_remove_subentry(entry, subentry_id)
    point = gateway.answers[POINTS]["items"][0]
    gateway.answers[POINT] = Meter(point, gateway)
    gateway.answers[POINTS]["items"] = []
    await set_up()
    return entry


@pytest.fixture
async def repairs(hass: HomeAssistant, gateway: ScriptedGateway) -> None:
    """Repairs can be shown; to begin with, the gateway's meter needs none."""
    assert await async_setup_component(hass, REPAIRS, {})
    gateway.answers[POINTS]["items"][0] |= {
        "consent": {"status": "granted", "expires_at": "2029-11-23T23:00:00Z", "ended_at": None},
        "notices": [],
    }
