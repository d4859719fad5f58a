"""The gateway of MyElectricalData: it holds credentials, calls Enedis and RTE, stores data, and computes figures."""

from importlib.metadata import version

__version__ = version("gateway")
API_VERSION = "1.1"
"""Major and minor of the HTTP API: a client needs the same major and a minor at least its own."""
