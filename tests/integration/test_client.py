"""The client by itself: tokens, waiting times, addresses. It needs no Home Assistant."""

import gzip
import json
import ssl
import tracemalloc
from collections.abc import AsyncIterator
from datetime import date

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from scripted_gateway import (
    CLIENT_ID,
    CLIENT_SECRET,
    ECOWATT,
    PING,
    POINTS,
    TEMPO,
    TOKEN,
    Script,
    ScriptedGateway,
    answer_problem,
    answer_text,
)

from custom_components.my_electrical_data.api import (
    AuthenticationFailedError,
    GatewayClient,
    GatewayError,
    GatewayUnavailableError,
    InvalidAddressError,
    MalformedResponseError,
    NotAGatewayError,
    PlainHttpError,
    ProxyAuthenticationError,
    RateLimitedError,
    RequestRefusedError,
    candidate_addresses,
)


@pytest.fixture
async def client(gateway: ScriptedGateway) -> AsyncIterator[GatewayClient]:
    async with aiohttp.ClientSession() as session:
        yield GatewayClient(session, gateway.url, CLIENT_ID, CLIENT_SECRET)


async def test_one_token_serves_many_requests(client: GatewayClient, gateway: ScriptedGateway) -> None:
    await client.fetch_tempo()
    await client.fetch_ecowatt()
    assert len(gateway.list_requests(TOKEN)) == 1


async def test_a_token_is_renewed_before_its_end(gateway: ScriptedGateway) -> None:
    gateway.expires_in, seconds = 900, [0.0]
    async with aiohttp.ClientSession() as session:
        client = GatewayClient(session, gateway.url, CLIENT_ID, CLIENT_SECRET, monotonic=lambda: seconds[0])
        await client.fetch_tempo()
        seconds[0] = 839
        await client.fetch_tempo()
        assert len(gateway.list_requests(TOKEN)) == 1
        seconds[0] = 840
        await client.fetch_tempo()
    assert len(gateway.list_requests(TOKEN)) == 2


async def test_a_refused_token_is_renewed_once(client: GatewayClient, gateway: ScriptedGateway) -> None:
    await client.fetch_tempo()
    gateway.accepted_tokens.clear()
    assert (await client.fetch_tempo()).data.today.color == "white"
    assert len(gateway.list_requests(TOKEN)) == 2


async def test_a_client_that_stays_refused_is_not_insisted_upon(
    client: GatewayClient, gateway: ScriptedGateway
) -> None:
    gateway.answers[TEMPO] = answer_problem(401, "invalid_token")
    with pytest.raises(AuthenticationFailedError):
        await client.fetch_tempo()
    assert len(gateway.list_requests(TOKEN)) == 2


async def test_refusals_name_their_problem(client: GatewayClient, gateway: ScriptedGateway) -> None:
    gateway.answers[POINTS] = answer_problem(403, "no_consent")
    with pytest.raises(RequestRefusedError) as refused:
        await client.fetch_usage_points()
    assert (refused.value.status, refused.value.problem) == (403, "no_consent")


@pytest.mark.parametrize(("text", "content_type"), [("<html>", "text/html"), ("{}", "application/problem+json")])
async def test_refusals_without_a_problem(
    client: GatewayClient, gateway: ScriptedGateway, text: str, content_type: str
) -> None:
    gateway.answers[POINTS] = answer_text(404, text, content_type)
    with pytest.raises(RequestRefusedError) as refused:
        await client.fetch_usage_points()
    assert refused.value.problem == "unknown"


@pytest.mark.parametrize(
    ("retry_after", "seconds"),
    [
        ("120", 120),
        ("Mon, 23 Nov 2026 10:07:00 GMT", 120),
        ("Mon, 23 Nov 2026 09:00:00 GMT", 0),
        ("soon", None),
        ("", None),
    ],
)
async def test_retry_after(
    client: GatewayClient, gateway: ScriptedGateway, retry_after: str, seconds: float | None
) -> None:
    headers = {"Retry-After": retry_after, "Date": "Mon, 23 Nov 2026 10:05:00 GMT"}
    gateway.answers[TEMPO] = answer_problem(429, "quota", **headers)
    with pytest.raises(RateLimitedError) as limited:
        await client.fetch_tempo()
    assert limited.value.retry_after == seconds
    gateway.answers[TEMPO] = answer_problem(503, "upstream_down", **headers)
    with pytest.raises(GatewayUnavailableError) as down:
        await client.fetch_tempo()
    assert down.value.retry_after == seconds


async def test_max_age(client: GatewayClient, gateway: ScriptedGateway) -> None:
    gateway.headers[TEMPO] = {"Cache-Control": "private, max-age=754"}
    assert (await client.fetch_tempo()).max_age == 754


async def test_errors_name_the_field_and_not_its_value(client: GatewayClient, gateway: ScriptedGateway) -> None:
    gateway.answers[TEMPO]["today"]["color"] = "12345678901234"
    with pytest.raises(MalformedResponseError) as malformed:
        await client.fetch_tempo()
    assert str(malformed.value) == "Tempo has an unreadable today.color"
    assert malformed.value.__suppress_context__
    del gateway.answers[TEMPO]["today"]
    with pytest.raises(MalformedResponseError, match="Tempo lacks today"):
        await client.fetch_tempo()
    gateway.answers[TEMPO] = answer_text(200, "[]", "application/json")
    with pytest.raises(MalformedResponseError, match="Tempo is unreadable"):
        await client.fetch_tempo()


async def test_numbers_that_are_none(client: GatewayClient, gateway: ScriptedGateway) -> None:
    gateway.answers[f"{POINTS}/p/daily"] = answer_text(
        200, '{"readings": [{"date": "2026-11-22", "wh": NaN, "quality": "measured"}]}', "application/json"
    )
    with pytest.raises(MalformedResponseError):
        await client.fetch_daily_values("p", start=date(2026, 11, 22), end=date(2026, 11, 23))


async def test_an_id_that_no_statistic_could_bear_is_refused(client: GatewayClient, gateway: ScriptedGateway) -> None:
    gateway.answers[POINTS]["items"][0]["id"] = "12345678901234"
    with pytest.raises(MalformedResponseError, match="UsagePoint") as malformed:
        await client.fetch_usage_points()
    assert "12345678901234" not in str(malformed.value)


def answer_gzip(body: bytes) -> Script:
    async def answer(request: web.Request) -> web.Response:
        return web.Response(body=body, headers={"Content-Encoding": "gzip"}, content_type="application/json")

    return answer


async def test_answers_are_read_compressed(client: GatewayClient, gateway: ScriptedGateway) -> None:
    gateway.answers[TEMPO] = answer_gzip(gzip.compress(json.dumps(gateway.answers[TEMPO]).encode()))
    assert (await client.fetch_tempo()).data.today.color == "white"


async def test_an_answer_that_inflates_a_thousandfold(client: GatewayClient, gateway: ScriptedGateway) -> None:
    """Neither a ping nor an answer about data inflates more than it may hold."""
    bomb = gzip.compress(b" " * (64 * 1024 * 1024))
    gateway.answers[PING] = gateway.answers[TEMPO] = answer_gzip(bomb)
    tracemalloc.start()
    try:
        with pytest.raises(NotAGatewayError):
            await client.ping()
        with pytest.raises(MalformedResponseError, match="inflated"):
            await client.fetch_tempo()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 16 * 1024 * 1024


async def test_an_answer_without_an_end(client: GatewayClient, gateway: ScriptedGateway) -> None:
    sent = 0

    async def stream_endlessly(request: web.Request) -> web.StreamResponse:
        nonlocal sent
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(b" " * 65536)
            sent += 65536

    gateway.answers[PING] = gateway.answers[TEMPO] = stream_endlessly
    with pytest.raises(NotAGatewayError):
        await client.ping()
    with pytest.raises(MalformedResponseError):
        await client.fetch_tempo()
    assert sent < 32 * 1024 * 1024


@pytest.mark.parametrize(
    "text",
    ["[" * 100_000, "[" + "[]," * 200_000 + "[]]", "[" + "0," * 500_000 + "0]", '{"message": "' + "a" * 10_000 + '"}'],
    ids=["deep", "many lists", "many numbers", "unfinished"],
)
async def test_small_texts_that_would_become_large_values(
    client: GatewayClient, gateway: ScriptedGateway, text: str
) -> None:
    gateway.answers[TEMPO] = answer_text(200, text, "application/json")
    with pytest.raises(MalformedResponseError):
        await client.fetch_tempo()


async def test_values_that_are_absurd(client: GatewayClient, gateway: ScriptedGateway) -> None:
    """A text without an end, a date that cannot be added to, holes of centuries."""
    day = gateway.answers[ECOWATT]["days"][0]
    day["message"] = "a" * 100_000
    with pytest.raises(MalformedResponseError, match="message"):
        await client.fetch_ecowatt()
    gateway.answers[TEMPO]["next_change"] = "9999-12-31T23:59:59Z"
    with pytest.raises(MalformedResponseError, match="next_change"):
        await client.fetch_tempo()
    hole = {"direction": "consumption", "reason": "absent", "next_try": None}
    gateway.answers[POINTS]["items"][0]["holes"] = [{**hole, "start": "1900-01-01", "end": "2199-01-01"}] * 2
    with pytest.raises(MalformedResponseError):
        await client.fetch_usage_points()


async def test_waiting_times_of_centuries(client: GatewayClient, gateway: ScriptedGateway) -> None:
    gateway.headers[TEMPO] = {"Cache-Control": "max-age=" + "9" * 400}
    assert (await client.fetch_tempo()).max_age == 86400
    gateway.answers[TEMPO] = answer_problem(429, "quota", **{"Retry-After": "9" * 20})
    with pytest.raises(RateLimitedError) as limited:
        await client.fetch_tempo()
    assert limited.value.retry_after == 86400


@pytest.mark.parametrize("path", [PING, TOKEN, TEMPO])
async def test_a_401_that_is_not_the_gateways_own(client: GatewayClient, gateway: ScriptedGateway, path: str) -> None:
    """A proxy that wants credentials of its own says nothing about those of this client."""
    if path == TEMPO:
        await client.fetch_tempo()
    gateway.answers[path] = answer_text(401, "<html>Who are you?</html>", **{"WWW-Authenticate": 'Basic realm="proxy"'})
    with pytest.raises(ProxyAuthenticationError):
        await (client.ping() if path == PING else client.fetch_tempo())


async def test_secrets_are_not_carried_from_https_to_http(
    gateway: ScriptedGateway, self_signed: ssl.SSLContext
) -> None:
    async def lead_to_http(request: web.Request) -> web.StreamResponse:
        raise web.HTTPTemporaryRedirect(f"{gateway.url}{request.path}")

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", lead_to_http)
    server = TestServer(app, host="127.0.0.1", scheme="https")
    await server.start_server(ssl=self_signed)
    async with server, aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=False)) as session:
        client = GatewayClient(session, str(server.make_url("")).rstrip("/"), CLIENT_ID, CLIENT_SECRET)
        with pytest.raises(NotAGatewayError):
            await client.ping()
        with pytest.raises(GatewayError):
            await client.fetch_tempo()
    assert [(request.path, "Authorization" in request.headers) for request in gateway.requests] == [(PING, False)]


async def test_https_on_a_port_that_speaks_http(gateway: ScriptedGateway) -> None:
    async with aiohttp.ClientSession() as session:
        client = GatewayClient(session, gateway.url.replace("http:", "https:"), CLIENT_ID, CLIENT_SECRET)
        with pytest.raises(PlainHttpError):
            await client.ping()


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("http://gateway:8000", ["http://gateway:8000", "http://gateway:8000/api"]),
        ("https://example.org/api/", ["https://example.org/api"]),
        ("https://example.org/api/docs#/default", ["https://example.org/api"]),
        ("https://example.org", ["https://example.org", "https://example.org/api"]),
        ("example.org", ["https://example.org", "https://example.org/api"]),
        ("example.org/api", ["https://example.org/api"]),
        ("gateway.local", ["http://gateway.local", "http://gateway.local/api"]),
        ("homeassistant", ["http://homeassistant", "http://homeassistant/api"]),
        ("192.168.1.20:8000/docs", ["http://192.168.1.20:8000", "http://192.168.1.20:8000/api"]),
        ("192.168.1.20", ["http://192.168.1.20", "http://192.168.1.20/api"]),
        ("[fd00::1]:8000", ["http://[fd00::1]:8000", "http://[fd00::1]:8000/api"]),
        ("8.8.8.8", ["https://8.8.8.8", "https://8.8.8.8/api"]),
        ("HTTP://Gateway:8000//", ["http://gateway:8000", "http://gateway:8000/api"]),
    ],
)
def test_addresses(typed: str, meant: list[str]) -> None:
    assert candidate_addresses(typed) == meant


@pytest.mark.parametrize("typed", ["", "   ", "ftp://x", "http://", "http://u:p@x", "a b", "http://[x", "file:///x"])
def test_no_addresses(typed: str) -> None:
    with pytest.raises(InvalidAddressError):
        candidate_addresses(typed)
