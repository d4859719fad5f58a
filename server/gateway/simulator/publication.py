"""When a day of a home is published: from 08:00 of Paris on the next day, some a day or two later."""

from datetime import date, datetime, timedelta

from gateway.simulator import paris, weather
from gateway.simulator.homes import Home


def published(home: Home, day: date) -> datetime:
    """The instant (UTC) from which Enedis gives that day; before it the day is simply absent."""
    seed = weather.noise("publication", home.prm, day)
    minutes = seed[0] // 8 if seed[1] < 200 else seed[0] // 2  # most within half an hour, some by two hours
    late = seed[2] % 3 if home.late else 0
    return paris.at(day + timedelta(days=1 + late), 8) + timedelta(minutes=minutes, seconds=seed[3] % 60)
