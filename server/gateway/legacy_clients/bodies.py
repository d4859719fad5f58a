"""The bodies of Enedis' two generations of measures: v5, which ended in 2026, and `mesure_synchrone_auto/v2`."""

from collections.abc import Mapping
from datetime import date
from typing import assert_never

from gateway.domain.direction import Direction
from gateway.domain.readings import Quality
from gateway.enedis.registers import BUCKETS, TOTAL, Registers
from gateway.kit.wire import JsonObject
from gateway.legacy_clients.measures import MeasuredRange
from gateway.metering.schedule import Kind

_NATURES = {Quality.MEASURED: "B", Quality.ESTIMATED: "E", Quality.IMPORTED: "D"}
"""Enedis' letters for raw, estimated, and entered by hand."""
_READING_TYPES = {
    Kind.CURVE: {"unit": "W", "measurement_kind": "power", "aggregate": "average"},
    Kind.DAILY: {"unit": "Wh", "measurement_kind": "energy", "aggregate": "sum", "measuring_period": "P1D"},
    Kind.MAX_POWER: {"unit": "VA", "measurement_kind": "power", "aggregate": "maximum", "measuring_period": "P1D"},
    Kind.INDEX: {"unit": "Wh", "measurement_kind": "energy", "aggregate": "index", "measuring_period": "P1D"},
}
_QUANTITIES = {
    Kind.CURVE: ("PA", "W"),
    Kind.DAILY: ("EA", "Wh"),
    Kind.MAX_POWER: ("PMA", "VA"),
    Kind.INDEX: ("EA", "Wh"),
}
_HEADS = {
    Kind.CURVE: {"modeCalcul": "MESURE"},
    Kind.DAILY: {"typeValeur": "GLOBALE", "modeCalcul": "DIFF.INDEX", "pas": "P1D"},
    Kind.MAX_POWER: {"modeCalcul": "MESURE", "pas": "P1D"},
    Kind.INDEX: {"pas": "P1D"},
}
_SECTIONS = {Direction.CONSUMPTION: "CONS", Direction.PRODUCTION: "PROD"}
_CLASSES = {bucket: name for name, bucket in BUCKETS.items()}


def build_meter_reading(found: MeasuredRange) -> JsonObject:
    """Return the `meter_reading` of v5: all values are texts."""
    readings = []
    for point in found.points:
        reading = {"value": str(point.value), "date": point.stamp}
        if point.minutes:
            reading |= {"interval_length": f"PT{point.minutes}M", "measure_type": _NATURES[point.quality]}
        readings.append(reading)
    return {
        "usage_point_id": found.prm,
        "start": found.start.isoformat(),
        "end": found.end.isoformat(),
        "quality": "BRUT",
        "reading_type": _READING_TYPES[found.measure.kind],
        "interval_reading": readings,
    }


def build_measure(found: MeasuredRange) -> JsonObject:
    """Return the body of v2, as it has been since October 2026."""
    quantity, unit = _QUANTITIES[found.measure.kind]
    series = {
        "grandeurMetier": _SECTIONS[found.measure.direction],
        "grandeurPhysique": quantity,
        "unite": unit,
    }
    points = []
    for point in found.points:
        one = {"v": str(point.value), "d": point.stamp}
        if point.minutes:
            one |= {"p": f"PT{point.minutes}M", "n": _NATURES[point.quality], "iv": "0", "ec": "0"}
        points.append(one)
    quantities: list[JsonObject] = []
    contexts: list[JsonObject] = []
    match found.measure.kind:
        case Kind.INDEX:
            contexts.append(_build_index_context(found, series))
        case Kind.CURVE | Kind.DAILY | Kind.MAX_POWER:
            quantities.append({**series, "points": points, "calendrier": []})
        case _:
            assert_never(found.measure.kind)
    return {
        "idPrm": found.prm,
        "etapeMetier": "BRUT",
        "periode": {"dateDebut": found.start.isoformat(), "dateFin": found.end.isoformat()},
        **_HEADS[found.measure.kind],
        "grandeur": quantities,
        "contexte": contexts,
    }


def _build_index_context(found: MeasuredRange, series: dict[str, str]) -> JsonObject:
    """Return the registers by time class; of their calendar no more is known than the classes."""
    names = sorted({name for registers in found.registers.values() for name in registers} & _CLASSES.keys())
    classes: list[JsonObject] = [
        {"idClasseTemporelle": _CLASSES[name], "valeur": _list_values(found.registers, name)} for name in names
    ]
    quantity: JsonObject = {
        **series,
        "calendrier": [{"classeTemporelle": classes}] if classes else [],
        "cadranTotalisateur": {"valeur": _list_values(found.registers, TOTAL)},
    }
    return {"etapeMetier": "BRUT", "contexteReleve": "COL", "typeReleve": "AQ", "grandeur": [quantity]}


def _list_values(days: Mapping[date, Registers], name: str) -> list[JsonObject]:
    known = [(day, registers[name]) for day, registers in days.items() if name in registers]
    return [{"d": day.isoformat(), "v": wh, "iv": 0} for day, wh in known]
