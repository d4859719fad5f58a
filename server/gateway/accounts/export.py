"""All that an account owns, for its owner: page by page out of the database, never whole in memory."""

import json
from collections.abc import AsyncIterator
from datetime import date, datetime
from typing import Any

from gateway.accounts import repository
from gateway.accounts.models import Account
from gateway.admin import repository as lists
from gateway.consents import repository as points
from gateway.consents import service
from gateway.consents.models import UsagePoint
from gateway.kit import paris
from gateway.kit.database import Database
from gateway.metering import repository as archive
from gateway.metering.export import feeds
from gateway.metering.ledger import Kind
from gateway.metering.repository import Feed
from gateway.runtime import Runtime
