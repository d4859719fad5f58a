"""Who shares which usage point with the application, since when and until when, and how the page that asks behaves.

Enedis gives out one number (`autorisation_id`) for each person, the same however often they share; it can be
guessed.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from gateway.simulator.homes import Home
from gateway.simulator.street import CROWD, Street

_THREE_YEARS = timedelta(days=1095)


class Mode(StrEnum):
    """What the page does when it is opened."""

    ASK = "ask"
    ACCEPT = "accept"
    REFUSE = "refuse"
    FAIL = "fail"  # go back with the error of Enedis' own failures


@dataclass
class Page:
    """How the page behaves, set through the control API. `prm` is what an automatic acceptance shares."""

    redirect_uri: str | None = None
    mode: Mode = Mode.ASK
    prm: str | None = None
    older_callback: bool = False  # come back as the first version did, with a code and the usage point


@dataclass
class Share:
    """One usage point's consent: from `since`, `until` excluded. Its services do not show the first `hidden` times."""

    since: date
    until: date
    withdrawn: bool = False
    hidden: int = 0

    def is_open_on(self, day: date) -> bool:
        """Whether the application may read on that day."""
        return not self.withdrawn and self.since <= day < self.until


@dataclass
class Consents:
    """The shares by usage point. Homes that share from the start began 90 days before `opened`."""

    street: Street
    opened: date
    shares: dict[str, Share] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Begin with the street's own."""
        since = self.opened - timedelta(days=90)
        for home in self.street.homes.values():
            if home.shared or home.withdrawn:
                self.shares[home.prm] = Share(since, since + _THREE_YEARS, home.withdrawn)

    def find_share(self, home: Home) -> Share | None:
        """The home's share, ended ones included; the crowd shares always."""
        if home.prm.startswith(CROWD):
            return self.shares.get(home.prm) or Share(date(2020, 1, 1), date(2050, 1, 1))
        return self.shares.get(home.prm)

    def is_readable(self, home: Home, day: date) -> bool:
        """Whether the application may read that home on that day."""
        share = self.find_share(home)
        return share is not None and share.is_open_on(day)

    def share_home(self, home: Home, since: date, until: date, hidden: int) -> int:
        """Share the home; the number of its holder."""
        self.shares[home.prm] = Share(since, until, hidden=hidden)
        return authorisation_id(home)

    def withdraw_share(self, home: Home) -> None:
        """End the home's share."""
        share = self.find_share(home)
        if share is not None:
            self.shares[home.prm] = Share(share.since, share.until, withdrawn=True)

    def list_homes_of_holder(self, number: int) -> list[tuple[Home, Share]]:
        """What the holder of that number shares or has shared; what is still hidden is one call nearer to showing."""
        found = []
        for home in self._list_homes_of(number):
            share = self.find_share(home)
            if share is not None and share.hidden:
                share.hidden -= 1
            elif share is not None:
                found.append((home, share))
        return found

    def _list_homes_of(self, number: int) -> list[Home]:
        crowd = self.street.find_home(f"3000{number}")
        homes = {home.prm: home for home in (*self.street.homes.values(), *filter(None, [crowd]))}
        return [home for home in homes.values() if authorisation_id(home) == number]


def authorisation_id(home: Home) -> int:
    """The number of the home's holder: from that of their first usage point."""
    return int((home.holder or home.prm)[4:])
