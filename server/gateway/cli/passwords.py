"""Reads passwords for commands: from a hidden prompt at a terminal, else from a line of standard input."""

import sys

import typer

from gateway.accounts import passwords
from gateway.cli.common import fail


def ask_password(address: str) -> str:
    """Return a valid new password for the account of an address; end with an error if it is too weak."""
    if sys.stdin.isatty():
        wanted = f"Password ({passwords.SHORTEST} characters or more)"
        password: str = typer.prompt(wanted, hide_input=True, confirmation_prompt=True)
    else:
        password = sys.stdin.readline().rstrip("\r\n")
    try:
        passwords.check_length(password)
        passwords.check_strength(password, address)
    except passwords.WeakPasswordError as error:
        fail(f"The password is not accepted: {error}.", 2)
    return password
