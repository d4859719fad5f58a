"""`gateway init`."""

import os
import secrets
import shlex
import sys
from pathlib import Path
from typing import Annotated

import typer

from gateway.accounts import addresses, recovery, repository
from gateway.accounts.service import create_api_client, find_or_create_account
from gateway.audit.service import record_event
from gateway.cli import passwords
from gateway.cli.common import fail
from gateway.cli.runtime import with_runtime
from gateway.cli.upstreams import find_enedis_problem, find_rte_problem
from gateway.kit.urls import check_url
from gateway.runtime import Runtime

_ADDRESS = "Address at which browsers and Home Assistant reach the gateway"
_ASKED = {
    "ENEDIS_CLIENT_ID": "Enedis: client id",
    "ENEDIS_CLIENT_SECRET": "Enedis: client secret",
    "RTE_CLIENT_ID": "RTE: client id",
    "RTE_CLIENT_SECRET": "RTE: client secret",
}
_KEPT = (
    "SECRET_KEY",
    "DATABASE_URL",
    "ENCRYPTION_KEYS",
    "BACKEND_URL",
    "FRONTEND_URL",
    "ADMIN_EMAILS",
    "ENEDIS_ENVIRONMENT",
    "ENEDIS_BASE_URL",
    "RTE_BASE_URL",
    *_ASKED,
)


def init(
    email: Annotated[str, typer.Option(prompt="Your e-mail address", help="The first administrator's")],
    env_file: Annotated[
        Path | None,
        typer.Option(help="Write the settings to this new file, readable by its owner only: it contains secrets"),
    ] = None,
    client_name: Annotated[str, typer.Option(help="Name of the API client")] = "Home Assistant",
) -> None:
    """Set up a gateway: keys, database, administrator, API client. Check Enedis and RTE. Print what is left to do.

    At a terminal it asks for missing settings. Otherwise settings come from the environment, and the password is a line
    of standard input. Secrets are written to standard output and, on request, to the file, never to the log.
    """
    try:
        address = addresses.validate_address(email)
    except addresses.InvalidAddressError as error:
        fail(f"--email: {error}.", 2)
    if env_file is None and sys.stdin.isatty() and not os.environ.get("SECRET_KEY"):
        env_file = Path(typer.prompt("A new file for the settings, which holds secrets", default="gateway.env"))
    if env_file is not None:
        _check_is_new(env_file)
    _fill_environment(address, keeps=env_file is not None)
    password = passwords.ask_password(address)

    async def work(runtime: Runtime) -> tuple[str, str, list[str]]:
        client_id, secret = await _set_up(runtime, address, password, client_name)
        problems = [await find_enedis_problem(runtime), await find_rte_problem(runtime)]
        return client_id, secret, [problem for problem in problems if problem]

    client_id, secret, left = with_runtime(work)
    if env_file is not None:
        _write(env_file)
    print(f"The database is ready, and {address} administers it.\n")
    print(f"Client id:     {client_id}\nClient secret: {secret}   (shown only once)\n")
    for problem in left:
        print(f"To do: {problem}")
    # sh looks for a name without a folder in PATH, not here
    where = f"set -a; . {shlex.quote(str(env_file.absolute()))}; set +a; " if env_file is not None else ""
    print(f"To do: {where}gateway serve{'' if where else ', unless the gateway runs already, as in a container'}")
    print("To do: in Home Assistant, add the integration MyElectricalData with this client id and secret.")
    print("To do: there, or with POST /v1/consents, share your meter.")


def _check_is_new(file: Path) -> None:
    """End with an error, before anything is created, if the file exists or cannot be written."""
    if file.exists():
        fail(f"{file} exists: name a new file, or move this one away.", 2)
    if not os.access(file.absolute().parent, os.W_OK):
        fail(f"{file} cannot be written: its folder does not exist or is not writable.", 2)


def _fill_environment(address: str, *, keeps: bool) -> None:
    """Ask for missing settings, and generate SECRET_KEY. `keeps`: there is a file to write new settings to.

    Ends with an error if a setting must be generated but there is no file.
    """
    if not os.environ.get("SECRET_KEY"):
        if not keeps:
            fail(
                "SECRET_KEY is not set. Name a file for it with --env-file, or set it yourself; make one with: "
                'python3 -c "import secrets; print(secrets.token_urlsafe(32))"',
                2,
            )
        os.environ["SECRET_KEY"] = secrets.token_urlsafe(32)
    admins = [one for one in os.environ.get("ADMIN_EMAILS", "").split(",") if one.strip()]
    if addresses.normalize_email(address) not in {addresses.normalize_email(one) for one in admins}:
        if not keeps:
            fail(f"ADMIN_EMAILS does not name {address}: set it, or name a file for it with --env-file.", 2)
        os.environ["ADMIN_EMAILS"] = ",".join([*admins, address])
    if sys.stdin.isatty() and keeps:
        if not os.environ.get("BACKEND_URL"):
            os.environ["BACKEND_URL"] = typer.prompt(_ADDRESS, default="http://localhost:8000", value_proc=_parse_url)
        for name, label in _ASKED.items():
            if not os.environ.get(name):
                hidden = name.endswith("SECRET")
                os.environ[name] = typer.prompt(
                    f"{label} (Enter: later)", default="", hide_input=hidden, show_default=False
                )


def _parse_url(text: str) -> str:
    try:
        return check_url(text.strip())
    except ValueError as error:
        raise typer.BadParameter(f"it {error}") from None


async def _set_up(runtime: Runtime, address: str, password: str, client_name: str) -> tuple[str, str]:
    hashed = await runtime.passwords.hash_password(password)
    async with runtime.database.write() as session:
        now = runtime.clock.now()
        account = await repository.find_account_by_email(session, addresses.normalize_email(address))
        if account is not None and account.password_hash is not None and account.verified_at is not None:
            fail("This account already exists. `gateway reset-password` sets a new password.")
        if account is None:
            account = await find_or_create_account(session, runtime.keyring, address, now)
        await recovery.give_account_to_owner(session, runtime.store, account, hashed, now)
        record_event(session, now, "admin_made", account.id, by="command line")
        return await create_api_client(session, account, client_name, now)


def _write(file: Path) -> None:
    lines = [f"{name}={shlex.quote(os.environ[name])}\n" for name in _KEPT if os.environ.get(name)]
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.writelines(lines)
