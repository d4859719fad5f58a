"""Constants of the integration."""

import logging
from typing import Final

from homeassistant.const import CURRENCY_EURO, Platform, UnitOfEnergy

from .api.signals import TEMPO_COLORS

DOMAIN: Final = "my_electrical_data"
LOGGER: Final = logging.getLogger(__package__)
PLATFORMS: Final = [Platform.BINARY_SENSOR, Platform.CALENDAR, Platform.EVENT, Platform.IMAGE, Platform.SENSOR]

MANUFACTURER: Final = "MyElectricalData"
DOCS: Final = "https://github.com/MyElectricalData/my_electrical_data/blob/main/docs"
TITLE: Final = "MyElectricalData"

METER: Final = "meter"
"""The type of subentries for meters; their unique id is the public id of the usage point."""

APPLIANCE: Final = "appliance"
"""The type of subentries for the cost of an appliance."""
CHEAPEST_WINDOW: Final = "cheapest_window"
"""The type of subentries for a cheapest window."""
CONF_METER: Final = "meter"
"""The public id of the usage point whose prices an appliance or a window uses."""
CONF_SOURCE: Final = "source"
"""The sensor of an appliance's energy."""
CONF_DURATION, CONF_CONTINUOUS, CONF_AFTER, CONF_BEFORE = "duration", "continuous", "after", "before"

CONF_MADE_HERE: Final = "made_here"
"""Whether this Home Assistant created its API client, and deletes it when the entry is removed."""
CONF_METERS: Final = "meters"
CONF_BUCKETS: Final = "buckets"
"""The option to import the buckets of a tariff besides the totals."""
CONF_DASHBOARD: Final = "dashboard"
"""The option to show the ready-made dashboard; absent until the user has answered the offer."""
CONF_ALL_DAY: Final = "tempo_all_day"
"""The option to show Tempo days as whole days in the calendar, rather than from 06:00 to 06:00."""
CONF_FORECAST: Final = "tempo_forecast"
"""The option to show the gateway's own forecast of Tempo colours; off by default, since RTE announces none of it."""

CURRENCY: Final = "EUR"
PRICE_UNIT: Final = f"{CURRENCY_EURO}/{UnitOfEnergy.KILO_WATT_HOUR}"
"""As core integrations write it. A sum of money has the ISO code, as its device class requires."""
OPTIONS: Final = {
    "base": ["base"],
    "hp_hc": ["hp", "hc"],
    "tempo": [f"{color}_{hours}" for color in TEMPO_COLORS for hours in ("hp", "hc")],
}
"""The regulated options and their buckets. Custom offers have other bucket names."""
BUCKETS: Final = [bucket for buckets in OPTIONS.values() for bucket in buckets]
OFF_PEAK_EXAMPLE: Final = "22:30-06:30, 12:30-14:30"
