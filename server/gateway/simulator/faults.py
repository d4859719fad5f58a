"""Faults on order: what an API answers instead of the truth, how often, and after how long."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from gateway.simulator.enedis.alterations import Alteration

type Body = Mapping[str, Any] | list[Any] | str


class Refusal(Exception):  # noqa: N818 - an answer like another, not a mistake of ours
    """An answer other than 200, on its way out."""

    def __init__(self, status: int, body: Body, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(status)
        self.status, self.body, self.headers = status, body, dict(headers or {})


@dataclass
class Fault:
    """One order. `api` or `prm` None: any; `times` None: until cleared; `refusal` None: only the latency.

    The refusal is made when it is met: one of them says until when it lasts. An `alteration` changes a good answer.
    """

    refusal: Callable[[datetime], Refusal] | None
    api: str | None = None
    prm: str | None = None
    times: int | None = None
    latency: float = 0.0
    alteration: Alteration | None = None

    def is_about(self, api: str, prm: str | None) -> bool:
        """Whether a call to that API about that usage point meets this fault."""
        return self.times != 0 and self.api in {None, api} and self.prm in {None, prm}


@dataclass
class Faults:
    """The orders in force, oldest first; a call meets the first that concerns it."""

    orders: list[Fault] = field(default_factory=list)

    def take_fault(self, api: str, prm: str | None) -> Fault | None:
        """Use up one time of the fault this call meets."""
        fault = next((order for order in self.orders if order.is_about(api, prm)), None)
        if fault is not None and fault.times is not None:
            fault.times -= 1
        return fault
