"""Importing the gateway replaces no module of others and gives no module a second name."""

import subprocess
import sys

PROGRAM = """
import sys
import fastapi, sqlalchemy, starlette
before = dict(sys.modules)
import gateway.app, gateway.cli
replaced = [name for name, module in before.items() if sys.modules.get(name) is not module]
ours = {name: module for name, module in sys.modules.items() if name.partition('.')[0] == 'gateway'}
renamed = [name for name, module in ours.items() if module.__name__ != name]
blocked = sorted(name for name, module in sys.modules.items() if module is None)
print(replaced, renamed, blocked)
"""


def test_no_module_is_replaced_or_has_two_names() -> None:
    """Only the program, `gateway/__main__.py`, keeps unused libraries from being loaded."""
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[] [] []"
