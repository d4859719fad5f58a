"""When a day of a home is published: from 08:00 of Paris on the next day, some later, some in parts."""

from datetime import date, datetime, timedelta

from gateway.simulator import paris, weather
from gateway.simulator.homes import Home

_EVENING = 18


def find_publication_time(home: Home, day: date, hour: int = 23) -> datetime:
    """The instant (UTC) from which Enedis gives that hour of the day; before it the hour is simply absent.

    Only a home that is late may have its evening later than the rest; the day's own value comes with its last hour.
    """
    seed = weather.hash_noise("publication", home.prm, day)
    minutes = seed[0] // 8 if seed[1] < 200 else seed[0] // 2  # most within half an hour, some by two hours
    late = seed[2] % 3 if home.late else 0
    if late and seed[4] % 2 and hour < _EVENING:
        late = 0
    return paris.instant_at(day + timedelta(days=1 + late), 8) + timedelta(minutes=minutes, seconds=seed[3] % 60)
