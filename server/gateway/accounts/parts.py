"""The dependencies of the account services."""

from dataclasses import dataclass

from gateway.accounts.passwords import Passwords
from gateway.captcha import Captcha
from gateway.instance import Instance
from gateway.kit.clock import Clock
from gateway.kit.crypto import Keyring
from gateway.kit.database import Database
from gateway.settings import Settings
from gateway.store import Store


@dataclass(frozen=True, repr=False)
class AccountParts:
    """The parts of the gateway that accounts need."""

    settings: Settings
    clock: Clock
    database: Database
    store: Store
    keyring: Keyring
    instance: Instance
    passwords: Passwords
    captcha: Captcha
