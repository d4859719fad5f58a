"""The sensors of the gateway itself: the quota left, the last contact, the last failure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from homeassistant.components.sensor import SensorDeviceClass, SensorStateClass
from homeassistant.const import EntityCategory

from .api.models import Quota
from .availability_log import AvailabilityLog
from .description import FeedSensorDescription, sensor

_DIAGNOSTIC: Final = EntityCategory.DIAGNOSTIC


def _describe_quota(quota: Quota, _now: datetime) -> Mapping[str, Any]:
    use = quota.enedis
    return {"used": use.used, "limit": use.limit, "resets_at": use.resets_at.isoformat()}


def _describe_failure(log: AvailabilityLog, _now: datetime) -> Mapping[str, Any]:
    return {"reason": log.last_failure_reason}


# Disabled by default: it costs one more request to the gateway each hour.
QUOTA_LEFT: Final[FeedSensorDescription[Quota]] = sensor(
    "quota_left",
    lambda quota, _: quota.enedis.left,
    _describe_quota,
    entity_category=_DIAGNOSTIC,
    entity_registry_enabled_default=False,
    state_class=SensorStateClass.MEASUREMENT,
)
CONTACT: Final[tuple[FeedSensorDescription[AvailabilityLog], ...]] = (
    sensor(
        "last_contact",
        lambda log, _: log.last_contact,
        device_class=SensorDeviceClass.TIMESTAMP,
        entity_category=_DIAGNOSTIC,
    ),
    sensor(
        "last_failure",
        lambda log, _: log.last_failure,
        _describe_failure,
        device_class=SensorDeviceClass.TIMESTAMP,
        entity_category=_DIAGNOSTIC,
    ),
)
