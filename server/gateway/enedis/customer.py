"""Models of Enedis' answers for contracts, metering, address, connection, services; absent or empty values are None."""

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, RootModel

from gateway.enedis.wire import PRM_DIGITS, parse_whole_number
from gateway.kit import paris

_STAMP = re.compile(r"(?P<day>\d{4}-\d{2}-\d{2})(?P<time>T[\d:.]+)?(?:Z|[+-]\d{2}:?\d{2})?", re.ASCII)
_POWER = re.compile(r"(\d{1,6}(?:[.,]\d{1,3})?)\s*k(?:VA|W)", re.ASCII | re.IGNORECASE)
_LONGEST_TEXT = 200


def _parse_day(value: object) -> object:
    """Parse `2026-02-11T00:00:00+0100`, `2013-08-14+01:00` or `2026-02-11` into the date in Paris; None for others."""
    match = _STAMP.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        return None
    try:
        if match["time"] is None:
            return date.fromisoformat(match["day"])
        instant = datetime.fromisoformat(match[0])
        return paris.day_of(instant) if instant.tzinfo else instant.date()
    except ValueError, OverflowError:
        return None


def _parse_kva(value: object) -> object:
    """Parse `{"unit": "kVA", "value": "12"}`, `"9 kVA"`, `"7,5 kVA"`; some contracts have kW for the same limit."""
    if isinstance(value, dict):
        value = f"{value.get('value')} {value.get('unit')}"
    match = _POWER.fullmatch(str(value).strip())
    if match is None:
        return None
    power = float(match[1].replace(",", "."))
    return int(power) if power.is_integer() else power


def _clean_text(value: object) -> object:
    return value.strip()[:_LONGEST_TEXT] or None if isinstance(value, str) else None


def _meter_number(value: object) -> object:
    """Parse a meter number; a JSON number gets its leading zeros back."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**PRM_DIGITS:
        return str(value).zfill(PRM_DIGITS)
    return _clean_text(value)


def _take_first(value: object) -> object:
    """Return the first member of a list, or any other value unchanged; no example of the answer is known."""
    return next(iter(value), None) if isinstance(value, list) else value


def _replace_empty(empty: object) -> Callable[[object], object]:
    """Return a validator that replaces null and an empty text by `empty`, and leaves other values unchanged."""
    return lambda value: empty if value is None or value == "" else value


type EnedisDate = Annotated[date | None, BeforeValidator(_parse_day)]
type Text = Annotated[str | None, BeforeValidator(_clean_text)]
type Flag = Annotated[bool, BeforeValidator(_replace_empty(empty=False))]


class _Wire(BaseModel):
    model_config = ConfigDict(extra="ignore", populate_by_name=True)


class GridContract(_Wire):
    """One contract of a usage point: segments C1 to C5 consume energy, P1 to P4 inject it."""

    segment: Text = None
    contract_start: EnedisDate = None
    contract_type: Text = None
    distribution_tariff: Text = None
    subscribed_power_kva: Annotated[
        int | float | None, Field(alias="subscribed_power"), BeforeValidator(_parse_kva)
    ] = None

    @property
    def is_supply(self) -> bool:
        """Whether the contract is for consuming energy."""
        return (self.segment or "").upper().startswith("C")

    @property
    def is_injection(self) -> bool:
        """Whether the contract is for injecting energy."""
        return (self.segment or "").upper().startswith("P")


def _as_contracts(value: object) -> object:
    """Parse a list, or an object with one, as some test servers send it; null members beside contracts are dropped."""
    if isinstance(value, dict):
        value = value.get("contracts", value)
    if isinstance(value, list) and any(isinstance(row, dict) for row in value):
        return [row for row in value if row is not None]
    return value


class Contracts(RootModel[Annotated[list[GridContract], BeforeValidator(_as_contracts)]]):
    """The contracts of a usage point: one, or two with self-consumption."""


class Synthesis(_Wire):
    """The dates since which the usage point is in service, and whether its meter communicates (a French label)."""

    consumption_activated_on: Annotated[EnedisDate, Field(alias="consumption_last_activation_date")] = None
    production_activated_on: Annotated[EnedisDate, Field(alias="generation_last_activation_date")] = None
    power_changed_on: Annotated[EnedisDate, Field(alias="last_subscribed_power_change_date")] = None
    services_level: Text = None


class Address(_Wire):
    """Where the usage point is."""

    street: Annotated[Text, Field(alias="number_street_name")] = None
    floor: Annotated[Text, Field(alias="staircase_floor_apartment")] = None
    building: Text = None
    locality: Text = None
    city: Annotated[Text, Field(alias="postal_code_city")] = None
    insee_code: Text = None


class AddressAnswer(_Wire):
    """The answer that contains an address."""

    address: Annotated[Address, BeforeValidator(_replace_empty(empty={}))] = Address()


class GridConnection(_Wire):
    """The connection of the usage point: state, voltage and phases."""

    connection_state: Text = None
    voltage_level: Text = None
    phase_count: Annotated[int | None, BeforeValidator(parse_whole_number)] = None


class _MeterType(_Wire):
    code: Text = None


def _join_texts(value: object) -> object:
    """Join all texts of an object or list, such as hours and their day, with `; `: no live answer is known."""
    members = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    if members is None:
        return _clean_text(value)
    return _clean_text("; ".join(text for each in members if isinstance(text := _join_texts(each), str)))


class _Relay(_Wire):
    off_peak: Annotated[Text, Field(alias="plageHeuresCreuses")] = None
    future_off_peak: Annotated[str | None, Field(alias="futuresPlagesHeuresCreuses"), BeforeValidator(_join_texts)] = (
        None
    )


class _Device(_Wire):
    meter_type: Annotated[_MeterType | None, Field(alias="typeComptage")] = None
    relay: Annotated[_Relay | None, Field(alias="relais"), BeforeValidator(_take_first)] = None


class Metering(_Wire):
    """The meter, and its off-peak hours as text."""

    device: Annotated[_Device | None, Field(alias="dispositifComptage")] = None
    relay: Annotated[_Relay | None, Field(alias="relais"), BeforeValidator(_take_first)] = None

    @property
    def off_peak(self) -> str | None:
        """The text of the off-peak hours, or None."""
        return next((relay.off_peak for relay in self._relays if relay.off_peak), None)

    @property
    def future_off_peak(self) -> str | None:
        """The text of announced off-peak hours, or None."""
        return next((relay.future_off_peak for relay in self._relays if relay.future_off_peak), None)

    @property
    def _relays(self) -> list[_Relay]:
        within = self.device.relay if self.device else None
        return [relay for relay in (self.relay, within) if relay]


class SubscribedService(_Wire):
    """A service of a usage point; an answer lists the point once for each service."""

    point: Annotated[str | None, Field(alias="pointId"), BeforeValidator(_meter_number)] = None
    measure: Annotated[Text, Field(alias="mesuresTypeCode")] = None
    state: Annotated[Text, Field(alias="etatCode")] = None
    starts_on: Annotated[EnedisDate, Field(alias="dateDebut")] = None
    ends_on: Annotated[EnedisDate, Field(alias="dateFin")] = None
    takes: Annotated[Flag, Field(alias="soutirage")] = False
    gives: Annotated[Flag, Field(alias="injection")] = False

    @property
    def is_open(self) -> bool:
        """Whether the service can be used: its state is ACTIF or absent, so it is not merely requested, nor ended."""
        return self.state in {None, "ACTIF"}


class SubscribedServices(_Wire):
    """The services in an answer; an absent, null or empty list means none."""

    items: Annotated[
        list[SubscribedService], Field(alias="serviceSouscrit"), BeforeValidator(_replace_empty(empty=[]))
    ] = []
