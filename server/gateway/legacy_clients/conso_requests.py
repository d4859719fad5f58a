"""What conso-api took: the names of its measures, and their parameters."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal, Self

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, model_validator

from gateway.domain.direction import Direction
from gateway.kit.wire import JsonObject
from gateway.legacy_clients.bodies import build_measure, build_meter_reading
from gateway.legacy_clients.measures import LegacyMeasure, MeasuredRange
from gateway.metering.schedule import Kind


@dataclass(frozen=True)
class ConsoMeasure:
    """A measure, and the generation of its body."""

    measure: LegacyMeasure
    build_body: Callable[[MeasuredRange], JsonObject]


_OLDER = {
    "daily_consumption": LegacyMeasure(Kind.DAILY, Direction.CONSUMPTION),
    "consumption_load_curve": LegacyMeasure(Kind.CURVE, Direction.CONSUMPTION),
    "consumption_max_power": LegacyMeasure(Kind.MAX_POWER, Direction.CONSUMPTION),
    "daily_production": LegacyMeasure(Kind.DAILY, Direction.PRODUCTION),
    "production_load_curve": LegacyMeasure(Kind.CURVE, Direction.PRODUCTION),
}
_SINCE_2026 = {
    "consommation_quotidienne": LegacyMeasure(Kind.DAILY, Direction.CONSUMPTION),
    "production_quotidienne": LegacyMeasure(Kind.DAILY, Direction.PRODUCTION),
    "puissance_conso_max_quotidienne": LegacyMeasure(Kind.MAX_POWER, Direction.CONSUMPTION),
    "courbe_de_charge_consommation": LegacyMeasure(Kind.CURVE, Direction.CONSUMPTION),
    "courbe_de_charge_production": LegacyMeasure(Kind.CURVE, Direction.PRODUCTION),
    "index_consommation": LegacyMeasure(Kind.INDEX, Direction.CONSUMPTION),
    "index_production": LegacyMeasure(Kind.INDEX, Direction.PRODUCTION),
}
MEASURES = {
    **{name: ConsoMeasure(measure, build_meter_reading) for name, measure in _OLDER.items()},
    **{name: ConsoMeasure(measure, build_measure) for name, measure in _SINCE_2026.items()},
}
"""The measures by the last part of their address. The older names answered with what v5 had inside `meter_reading`."""


class ConsoRequest(BaseModel):
    """The parameters, by their older names or by those of 2026. Of maximum power there is only the one of each day."""

    model_config = ConfigDict(hide_input_in_errors=True)

    prm: Annotated[str, Field(validation_alias=AliasChoices("pointId", "prm"), pattern="^[0-9]{14}$")]
    start: Annotated[date, Field(validation_alias=AliasChoices("dateDebut", "start"))]
    end: Annotated[date, Field(validation_alias=AliasChoices("dateFin", "end"))]
    step: Annotated[Literal["P1D"], Field(validation_alias="mesuresPas")] = "P1D"
    quantity: Annotated[Literal["PMA", "PA", "EA"], Field(validation_alias="grandeurPhysique")] = "PMA"

    @model_validator(mode="after")
    def _check_range(self) -> Self:
        if self.start >= self.end:
            raise ValueError("start must come before end")
        return self
