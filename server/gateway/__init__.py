"""The gateway of MyElectricalData: it holds the credentials, does the asking, remembers, and computes every figure."""

from importlib.metadata import version

__version__ = version("gateway")
API_VERSION = "1.0"
"""Major and minor of the HTTP API: a client needs the same major and a minor at least its own."""
