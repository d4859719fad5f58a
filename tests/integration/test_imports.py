"""Importing the integration replaces no module of Home Assistant and gives no module a second name."""

import subprocess
import sys

PROGRAM = """
import importlib, pkgutil, sys
import homeassistant.config_entries, homeassistant.core, homeassistant.helpers.entity
before = dict(sys.modules)
import custom_components.my_electrical_data as package
for found in pkgutil.walk_packages(package.__path__, f'{package.__name__}.'):
    importlib.import_module(found.name)
replaced = [name for name, module in before.items() if sys.modules.get(name) is not module]
ours = {name: module for name, module in sys.modules.items() if name.startswith(package.__name__)}
renamed = [name for name, module in ours.items() if module is None or module.__name__ != name]
print(replaced, renamed)
"""


def test_no_module_is_replaced_or_has_two_names() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[] []"
