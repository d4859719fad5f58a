"""Types for the simulator's JSON."""

from typing import Any

type JsonObject = dict[str, Any]
"""A JSON object as its documentation shows it, or an answer to a test that set the simulator's state."""
