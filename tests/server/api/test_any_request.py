"""Whatever is sent, allowed by the document or not: no answer that the document does not describe, and no 500."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import httpx2
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.load import running
from tests.server.conftest import Simulator

pytestmark = pytest.mark.long

EMAIL, PASSWORD = "admin@example.org", "seven green turtles on a roof"
CHECKS = [
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
TAKES_AWAY = {"/v1/accounts/me", "/v1/session", "/v1/sessions", "/v1/oauth/token"}
"""What would log the tests out, or is limited so soon that nothing else could be seen."""


@dataclass
class Served:
    """A gateway that is a process of its own, and what opens its doors."""

    url: str
    who: dict[str, dict[str, str]]


@pytest.fixture(scope="module")
def served_gateway(simulator_process: Simulator, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("served")
    env = running.build_environment(folder, simulator_process.url) | {"ADMIN_EMAILS": EMAIL}
    command = [str(Path(sys.executable).parent / "gateway"), "init", "--email", EMAIL]
    made = subprocess.run(command, env=env, input=f"{PASSWORD}\n", text=True, capture_output=True, check=True)
    words = made.stdout.split()
    client = (words[words.index("id:") + 1], words[words.index("secret:") + 1])
    with running.run_gateway(env | {"PATH": os.environ["PATH"]}) as port:
        url = f"http://127.0.0.1:{port}"
        session = httpx2.post(
            f"{url}/v1/session", json={"email": EMAIL, "password": PASSWORD}, timeout=200
        ).raise_for_status()
        form = {"grant_type": "client_credentials"}
        token = httpx2.post(f"{url}/v1/oauth/token", auth=client, data=form, timeout=200).raise_for_status().json()
        cookie = session.headers["set-cookie"].partition(";")[0]
        yield Served(
            url,
            {
                "nobody": {},
                "token": {"Authorization": f"Bearer {token['access_token']}"},
                "browser": {"Cookie": cookie},
            },
        )


@pytest.mark.timeout(1500)
def test_any_request(served_gateway: Served) -> None:
    schema = schemathesis.openapi.from_url(f"{served_gateway.url}/openapi.json")
    operations: list[Any] = [found.ok() for found in schema.get_all_operations() if isinstance(found, Ok)]
    assert len(operations) > 40
    modes = schemathesis.GenerationMode
    wrong: dict[str, str] = {}
    for operation, (who, headers), mode in product(
        operations, served_gateway.who.items(), (modes.POSITIVE, modes.NEGATIVE)
    ):
        if who == "browser" and operation.path in TAKES_AWAY and operation.method != "get":
            continue
        try:
            _try_operation(operation, mode, headers)
        except Unsatisfiable:
            assert mode is modes.NEGATIVE, f"{operation.label}: nothing can be sent"
        except (AssertionError, FailureGroup) as error:
            wrong[f"{operation.label}, {who}, {mode.value}"] = str(error)
    assert not wrong, "\n\n".join(f"{where}\n{what[:1500]}" for where, what in wrong.items())
    seen = httpx2.get(f"{served_gateway.url}/v1/accounts/me", headers=served_gateway.who["browser"], timeout=200)
    assert seen.status_code == 200, "it was logged in to the end"


def _try_operation(operation: Any, mode: Any, headers: dict[str, str]) -> None:
    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=15,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def send_case(case: Any) -> None:
        made = {name: value for name, value in (case.headers or {}).items() if name != "Authorization"}
        case.headers = made | headers
        case.cookies = {}
        answer = case.call()
        case.validate_response(answer, checks=CHECKS)
        assert answer.status_code != 500, operation.label

    send_case()
