"""Names that the rooms of the integration share."""

import logging
from typing import Final

from homeassistant.const import Platform

DOMAIN: Final = "my_electrical_data"
LOGGER: Final = logging.getLogger(__package__)
PLATFORMS: Final = [Platform.SENSOR]

MANUFACTURER: Final = "MyElectricalData"
