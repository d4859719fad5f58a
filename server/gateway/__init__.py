"""The gateway of MyElectricalData: it holds credentials, calls Enedis and RTE, stores data, and computes figures."""

import os
import sys
from importlib.metadata import version

# Libraries import these if installed, but nothing here uses them: they would cost 9 MB of memory and start-up time.
for _unused in ("cryptography.x509", "opentelemetry.sdk.metrics", "pydantic.v1", "rich"):
    sys.modules.setdefault(_unused, None)  # type: ignore[arg-type]  # None: importing it fails
os.environ.setdefault("TYPER_USE_RICH", "0")

__version__ = version("gateway")
API_VERSION = "1.0"
"""Major and minor of the HTTP API: a client needs the same major and a minor at least its own."""
