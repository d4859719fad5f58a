"""Imports the tables of all rooms, for migrations."""

from gateway import instance
from gateway.accounts import models as accounts
from gateway.audit import models as audit
from gateway.billing.hours import models as billing
from gateway.consents import models as consents
from gateway.counters import models as counters
from gateway.ecowatt import models as ecowatt
from gateway.kit.database import Base
from gateway.mail import models as mail
from gateway.metering import models as metering
from gateway.rte import models as rte
from gateway.tariffs import models as tariffs
from gateway.tempo import models as tempo
from gateway.usage_points import models as usage_points

TABLES = frozenset(Base.metadata.tables)
"""The names of all tables."""

__all__ = [
    "TABLES",
    "accounts",
    "audit",
    "billing",
    "consents",
    "counters",
    "ecowatt",
    "instance",
    "mail",
    "metering",
    "rte",
    "tariffs",
    "tempo",
    "usage_points",
]
