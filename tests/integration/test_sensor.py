"""What the sensors show."""

from conftest import SetUp
from homeassistant.core import HomeAssistant


async def test_shows_everything(hass: HomeAssistant, set_up: SetUp) -> None:
    await set_up()
    print({s.entity_id: (s.state, dict(s.attributes)) for s in hass.states.async_all()})
    assert 0
