"""Every refusal that is known of, from its bytes to its reason."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.enedis.errors import EnedisError, ErrorReason, parse_error
from gateway.kit.http import HttpResponse

PRM = "12345678901234"
TABLE = [
    (400, "ADAM-ERR0123", ErrorReason.BEFORE_ACTIVATION),
    (403, "ADAM-DC-0009", ErrorReason.BEFORE_ACTIVATION),
    (400, "ADAM-ERR0125", ErrorReason.HISTORY_LIMIT),
    (400, "ADAM-DC-0016", ErrorReason.HISTORY_LIMIT),
    (400, "ADAM-ERR0126", ErrorReason.TOO_LONG),
    (400, "ADAM-DC-0015", ErrorReason.TOO_LONG),
    (400, "ADAM-ERR0061", ErrorReason.NOT_HOLDER),
    (400, "ADAM-DC-0007", ErrorReason.NOT_HOLDER),
    (403, "ADAM-DC-0007", ErrorReason.NOT_HOLDER),
    (400, "ADAM-ERR0069", ErrorReason.WRONG_DIRECTION),
    (400, "ADAM-ERR0075", ErrorReason.NO_CONSENT),
    (403, "ADAM-DC-0008", ErrorReason.NO_CONSENT),
    (403, "ADAM_DC_0008", ErrorReason.NO_CONSENT),
    (403, "unauthorized_user", ErrorReason.NO_CONSENT),
    (403, "900908", ErrorReason.NOT_SUBSCRIBED),
    (404, "no_data_found", ErrorReason.ABSENT),
    (404, "STM-ERR-0000014", ErrorReason.ABSENT),
    (404, "STM-ERR-0000019", ErrorReason.ABSENT),
    (404, "STM-ERR-0000020", ErrorReason.ABSENT),
    (401, "900901", ErrorReason.UNAUTHORIZED),
    (401, "invalid_client", ErrorReason.UNAUTHORIZED),
    (500, "ADAM-DC-0500", ErrorReason.DOWN),
    (500, "STM-ERR-0000001", ErrorReason.DOWN),
    (500, "technical_error", ErrorReason.DOWN),
    (503, "service_unavailable", ErrorReason.DOWN),
    (500, "", ErrorReason.DOWN),
    (500, "Internal Server error", ErrorReason.DOWN),
    (400, "ADAM-ERR0155", ErrorReason.METER_REFUSED),
    (400, "ADAM-ERR0191", ErrorReason.METER_REFUSED),
    (400, "ADAM-ERR0999", ErrorReason.METER_REFUSED),
    (403, "SGT570", ErrorReason.METER_REFUSED),
    (404, "STM-ERR-0000099", ErrorReason.METER_REFUSED),
    (404, "404", ErrorReason.OUR_FAULT),
    (400, "Invalid_request", ErrorReason.OUR_FAULT),
    (429, "429", ErrorReason.QUOTA),
    (429, "900804", ErrorReason.QUOTA),
    (429, "900807", ErrorReason.QUOTA),
]


def parse_response(status: int, body: object) -> EnedisError:
    return parse_error(HttpResponse(status, json.dumps(body).encode(), {}))


@pytest.mark.parametrize(("status", "code", "reason"), TABLE)
def test_each_code_in_each_shape(status: int, code: str, reason: ErrorReason) -> None:
    shapes: list[object] = [
        {"error": code, "error_description": "words"},
        {"error": code, "error_description": "words", "error_uri": "somewhere"},
        {"code": code, "message": "words", "description": "more words"},
        {"fault": {"code": code, "message": "words", "description": "more words"}},
        [{"code": code, "message": "words"}],
    ]
    if code.isdecimal():
        shapes += [{"fault": {"code": int(code), "message": "words"}}, {"code": int(code), "message": "words"}]
    for shape in shapes:
        refusal = parse_response(status, shape)
        assert refusal.reason is reason, shape
        assert refusal.code == code


@pytest.mark.parametrize(
    ("status", "words", "reason"),
    [
        (400, "The end date parameter must be earlier than the current date.", ErrorReason.NOT_PUBLISHED),
        (400, "Start date should be before end date.", ErrorReason.OUR_FAULT),
        (400, "Start date parameter is required.", ErrorReason.OUR_FAULT),
        (403, "Le client n'est pas titulaire du point demandé", ErrorReason.NOT_HOLDER),
        (404, "Pas de mesure trouvée pour ce point", ErrorReason.ABSENT),
        (429, "SLA dépassé", ErrorReason.QUOTA),
        (500, "Problème technique dans l'interrogation du SI coeur", ErrorReason.DOWN),
    ],
)
def test_words_tell_where_a_code_does_not(status: int, words: str, reason: ErrorReason) -> None:
    for body in (
        {"error": "Invalid_request", "error_description": words},
        {"code": str(status), "message": words},
        [{"code": str(status), "message": words}],
    ):
        assert parse_response(status, body).reason is reason


def test_the_quota_says_when_to_come_back() -> None:
    for body in (
        {"code": "900804", "nextAccessTime": "2026-Jul-22 05:00:00+0000 UTC"},
        {"fault": {"code": 900804, "nextAccessTime": "2026-Jul-22 05:00:00+0000 UTC"}},
    ):
        assert parse_response(429, body).retry_at == datetime(2026, 7, 22, 5, tzinfo=UTC)
    for unreadable in (None, "", "tomorrow", 5, "0001-Jan-01 00:00:00+1400 UTC", "2026-Juil-22 05:00:00+0000 UTC"):
        refusal = parse_response(429, {"code": "900804", "nextAccessTime": unreadable})
        assert (refusal.reason, refusal.retry_at) == (ErrorReason.QUOTA, None)


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (404, b"", ErrorReason.OUR_FAULT),
        (404, b"<html>nothing here</html>", ErrorReason.OUR_FAULT),
        (429, b"<html>slow down</html>", ErrorReason.QUOTA),
        (401, b"", ErrorReason.UNAUTHORIZED),
        (502, b"<html>Bad Gateway</html>", ErrorReason.DOWN),
        (503, b"\xff\xfe", ErrorReason.DOWN),
        (302, b"", ErrorReason.OUR_FAULT),
        (500, b"[" * 200_000, ErrorReason.DOWN),
        (500, b"[]", ErrorReason.DOWN),
        (500, b'{"error":{"code":500,"message":"Erreur interne"}}', ErrorReason.DOWN),
        (404, b"{}", ErrorReason.OUR_FAULT),
        (403, b"", ErrorReason.OUR_FAULT),
        (400, b'{"error":{"code":"ADAM-ERR0191","message":"no service"}}', ErrorReason.METER_REFUSED),
        (500, b"null", ErrorReason.DOWN),
        (500, b'{"fault": "broken"}', ErrorReason.DOWN),
    ],
)
def test_bodies_that_are_not_enedis_own(status: int, body: bytes, reason: ErrorReason) -> None:
    """A stranger's 404 page does not say that Enedis has no data: it would be believed for good."""
    assert parse_error(HttpResponse(status, body, {})).reason is reason


@pytest.mark.parametrize("key", ["error", "code"])
def test_a_meter_number_never_gets_into_the_error(key: str) -> None:
    for value in (f"point {PRM} unknown", PRM, int(PRM), {"point": PRM}, [PRM]):
        refusal = parse_response(400, {key: value, "message": f"{PRM}", "error_description": PRM})
        assert PRM not in f"{refusal} {refusal!r} {refusal.code}"


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["error", "code", "message", "fault", "nextAccessTime", "error_description"]), inner
        )
    ),
    max_leaves=8,
)


@given(st.integers(201, 599), st.binary(max_size=60) | json_values.map(lambda value: json.dumps(value).encode()))
@settings(max_examples=300, deadline=None)
def test_any_bytes_have_a_meaning(status: int, body: bytes) -> None:
    refusal = parse_error(HttpResponse(status, body, {}))
    assert isinstance(refusal.reason, ErrorReason)
    assert refusal.retry_at is None or refusal.retry_at.tzinfo is not None
