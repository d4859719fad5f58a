"""`gateway reset-password`."""

from typing import Annotated

import typer

from gateway.accounts import addresses, recovery, repository
from gateway.audit.service import record_event
from gateway.cli import passwords
from gateway.cli.common import fail
from gateway.cli.runtime import with_runtime
from gateway.runtime import Runtime


def reset_password(
    email: Annotated[str, typer.Option(prompt="E-mail address", help="The account's address")],
) -> None:
    """Set an account's password, from a prompt or a line of standard input. All sessions and tokens end."""
    password = passwords.ask_password(email)

    async def work(runtime: Runtime) -> bool:
        hashed = await runtime.passwords.hash_password(password)
        async with runtime.database.write() as session:
            account = await repository.find_account_by_email(session, addresses.normalize_email(email))
            if account is None:
                return False
            now = runtime.clock.now()
            account.activated_at = account.activated_at or now
            await recovery.replace_password(session, runtime.store, account, hashed)
            record_event(session, now, "password_reset", account.id, by="command line")
            return True

    if not with_runtime(work):
        fail("No account has this address. `gateway init` creates one.")
    print("The password is set. Browsers are logged out, and tokens end within seconds.")
