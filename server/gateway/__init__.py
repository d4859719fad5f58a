"""The gateway of MyElectricalData: it holds the credentials, does the asking, remembers, and computes every figure."""

import os
import sys
from importlib.metadata import version

# Libraries load these where they find them, and nothing here uses them: 8 MB of every gateway, and a part of its start.
for _unused in ("cryptography.x509", "pydantic.v1", "rich"):
    sys.modules.setdefault(_unused, None)  # type: ignore[arg-type]  # None: it is not to be had
os.environ.setdefault("TYPER_USE_RICH", "0")

__version__ = version("gateway")
API_VERSION = "1.0"
"""Major and minor of the HTTP API: a client needs the same major and a minor at least its own."""
