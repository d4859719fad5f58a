"""The contract, the address and the access of a meter, as MyElectricalData's first API gave them."""

import re
from datetime import date, datetime, time

from gateway.enedis.customer import Address
from gateway.kit import paris
from gateway.kit.wire import JsonObject
from gateway.legacy_clients.service import OwnMeter
from gateway.quotas.day import Use
from gateway.tariffs.off_peak import OffPeakPeriod
from gateway.tariffs.off_peak_text import parse_off_peak
from gateway.usage_points.contract import Contract
from gateway.usage_points.models import PointStatus

_POSTAL = re.compile(r"(\d{5})\s+(.+)", re.ASCII)
_CONSENT_ENDED = "Enedis may not be asked for this meter any more. What is known of it is still answered."


def build_access(meter: OwnMeter, answers: Use, now: datetime) -> JsonObject:
    """Return whether the meter may be read, and how many answers the account has had today. It costs no call."""
    is_valid = meter.point.status is PointStatus.GRANTED
    expires_on = meter.point.consent_expires_on
    return {
        "valid": is_valid,
        "information": None if is_valid else _CONSENT_ENDED,
        "consent_expiration_date": datetime.combine(expires_on, time()).isoformat() if expires_on else None,
        "call_number": min(answers.used, answers.limit),
        "quota_limit": answers.limit,
        "quota_reached": answers.used >= answers.limit,
        "quota_reset_at": _format_moment(answers.resets_at),
        "last_call": _format_moment(now),
        "ban": False,
    }


def build_contracts(meter: OwnMeter, contract: Contract) -> JsonObject:
    """Return the body of `contracts`; what Enedis has not said is null."""
    power = contract.power_kva
    since = contract.consumption_activated_on or contract.production_activated_on or contract.started_on
    terms = {
        "segment": contract.segment,
        "subscribed_power": f"{power} kVA" if power is not None else None,
        "last_activation_date": _format_day(since),
        "distribution_tariff": contract.distribution_tariff,
        "offpeak_hours": _format_off_peak(contract.off_peak),
        "contract_type": None,
        "contract_status": "SERVC" if meter.point.status is PointStatus.GRANTED else None,
        "last_distribution_tariff_change_date": _format_day(contract.started_on),
    }
    return _build_customer(meter, {}, {"contracts": terms})


def build_addresses(meter: OwnMeter, address: Address) -> JsonObject:
    """Return the body of `addresses`."""
    postal = _POSTAL.fullmatch(address.city or "")
    place: JsonObject = {
        "street": address.street,
        "locality": address.locality,
        "postal_code": postal[1] if postal else None,
        "insee_code": address.insee_code,
        "city": postal[2] if postal else address.city,
        "country": "France",
        "geo_points": {},
    }
    return _build_customer(meter, {"usage_point_addresses": place}, {})


def _build_customer(meter: OwnMeter, of_point: JsonObject, beside_point: JsonObject) -> JsonObject:
    # Data Connect is for Linky meters only, which v5 called AMM
    point = {"usage_point_id": meter.prm, "usage_point_status": "com", "meter_type": "AMM", **of_point}
    # a customer has no number any more, and clients need one: the meter's public id is one
    return {"customer": {"customer_id": meter.point.id, "usage_points": [{"usage_point": point, **beside_point}]}}


def _format_moment(instant: datetime) -> str:
    """Return a moment in Paris without an offset, always with microseconds: one client parses them."""
    return instant.astimezone(paris.PARIS).replace(tzinfo=None).isoformat(timespec="microseconds")


def _format_day(day: date | None) -> str | None:
    """Return a day with the offset of its midnight in Paris: `2013-08-14+02:00`."""
    if day is None:
        return None
    offset = paris.midnight(day).astimezone(paris.PARIS).isoformat()[-6:]
    return f"{day.isoformat()}{offset}"


def _format_off_peak(text: str | None) -> str | None:
    """Return off-peak hours as v5 wrote them, `HC (22H00-6H00)`; None unless they are the same all year round."""
    periods = parse_off_peak(text) if text else None
    if not periods or len(periods) != 1 or periods[0] != OffPeakPeriod(slots=periods[0].slots, source="enedis"):
        return None
    return f"HC ({';'.join('-'.join(map(_format_clock, slot)) for slot in periods[0].slots)})"


def _format_clock(minute: int) -> str:
    """Return a minute of the day as `6H30`; the end of the day is `0H00`, since a client parses these as times."""
    return f"{minute // 60 % 24}H{minute % 60:02}"
