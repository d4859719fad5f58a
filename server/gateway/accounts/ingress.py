"""The account that all users of Home Assistant's ingress share.

It has no password: Home Assistant authenticates the users who may open the panel.
"""

from gateway.accounts import repository
from gateway.accounts.models import Account
from gateway.accounts.parts import AccountParts
from gateway.accounts.service import find_or_create_account
from gateway.audit.service import record_event


async def find_or_create_ingress_account(parts: AccountParts, language: str) -> Account:
    """Return the account of INGRESS_ACCOUNT; it is made, in this language, when somebody comes for the first time."""
    email = parts.settings.ingress_account
    async with parts.database.read() as session:
        account = await repository.find_account_by_email(session, email)
    if account is not None:
        return account
    async with parts.database.write() as session:
        now = parts.clock.now()
        account = await find_or_create_account(session, parts.keyring, email, now, language)
        record_event(session, now, "ingress_account_created", account.id, by="ingress")
        return account
