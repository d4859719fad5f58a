"""The OpenAPI document that is checked in is the one the gateway serves."""

import json
from pathlib import Path

from tests.server.conftest import Gateway

DOCUMENT = Path(__file__).parents[3] / "server" / "openapi.json"


async def test_the_document_is_the_one_checked_in(gateway: Gateway) -> None:
    served = (await gateway.http.get("/openapi.json")).json()
    kept = json.loads(DOCUMENT.read_text())
    assert served == kept, "run: uv run --project server gateway openapi > server/openapi.json"
    page = await gateway.http.get("/docs")
    assert page.status_code == 200
    assert '<div id="reference"' in page.text, "the front end shows this part"


async def test_errors_are_problems_everywhere(gateway: Gateway) -> None:
    for method, path, status in (("GET", "/nowhere", 404), ("DELETE", "/ping", 405), ("POST", "/v1/oauth/token", 400)):
        answer = await gateway.http.request(method, path)
        assert answer.status_code == status
        assert answer.headers["content-type"] == "application/problem+json"
        assert {"type", "title", "status", "detail", "instance", "code"} <= answer.json().keys()
        assert answer.headers["x-request-id"] == answer.json()["instance"].removeprefix("urn:uuid:")
