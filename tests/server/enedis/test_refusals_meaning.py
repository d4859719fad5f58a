"""Every refusal that is known of, from its bytes to its meaning."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.enedis.errors import EnedisError, Meaning, understand
from gateway.kit.http import Answer

PRM = "12345678901234"
TABLE = [
    (400, "ADAM-ERR0123", Meaning.BEFORE_ACTIVATION),
    (403, "ADAM-DC-0009", Meaning.BEFORE_ACTIVATION),
    (400, "ADAM-ERR0125", Meaning.HISTORY_LIMIT),
    (400, "ADAM-DC-0016", Meaning.HISTORY_LIMIT),
    (400, "ADAM-ERR0126", Meaning.TOO_LONG),
    (400, "ADAM-DC-0015", Meaning.TOO_LONG),
    (400, "ADAM-ERR0061", Meaning.NOT_HOLDER),
    (400, "ADAM-DC-0007", Meaning.NOT_HOLDER),
    (403, "ADAM-DC-0007", Meaning.NOT_HOLDER),
    (400, "ADAM-ERR0069", Meaning.WRONG_DIRECTION),
    (400, "ADAM-ERR0075", Meaning.NO_CONSENT),
    (403, "ADAM-DC-0008", Meaning.NO_CONSENT),
    (403, "ADAM_DC_0008", Meaning.NO_CONSENT),
    (403, "unauthorized_user", Meaning.NO_CONSENT),
    (403, "900908", Meaning.NOT_SUBSCRIBED),
    (404, "no_data_found", Meaning.ABSENT),
    (404, "STM-ERR-0000014", Meaning.ABSENT),
    (404, "STM-ERR-0000019", Meaning.ABSENT),
    (404, "STM-ERR-0000020", Meaning.ABSENT),
    (401, "900901", Meaning.UNAUTHORIZED),
    (401, "invalid_client", Meaning.UNAUTHORIZED),
    (500, "ADAM-DC-0500", Meaning.DOWN),
    (500, "STM-ERR-0000001", Meaning.DOWN),
    (500, "technical_error", Meaning.DOWN),
    (503, "service_unavailable", Meaning.DOWN),
    (500, "", Meaning.OUR_FAULT),
    (500, "Internal Server error", Meaning.OUR_FAULT),
    (400, "Invalid_request", Meaning.OUR_FAULT),
    (429, "429", Meaning.QUOTA),
    (429, "900804", Meaning.QUOTA),
    (429, "900807", Meaning.QUOTA),
]


def understood(status: int, body: object) -> EnedisError:
    return understand(Answer(status, json.dumps(body).encode(), {}))


@pytest.mark.parametrize(("status", "code", "meaning"), TABLE)
def test_each_code_in_each_shape(status: int, code: str, meaning: Meaning) -> None:
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
        refusal = understood(status, shape)
        assert refusal.meaning is meaning, shape
        assert refusal.code == code


@pytest.mark.parametrize(
    ("status", "words", "meaning"),
    [
        (400, "The end date parameter must be earlier than the current date.", Meaning.NOT_PUBLISHED),
        (400, "Start date should be before end date.", Meaning.OUR_FAULT),
        (400, "Start date parameter is required.", Meaning.OUR_FAULT),
        (403, "Le client n'est pas titulaire du point demandé", Meaning.NOT_HOLDER),
        (404, "Pas de mesure trouvée pour ce point", Meaning.ABSENT),
        (429, "SLA dépassé", Meaning.QUOTA),
        (500, "Problème technique dans l'interrogation du SI coeur", Meaning.DOWN),
    ],
)
def test_words_tell_where_a_code_does_not(status: int, words: str, meaning: Meaning) -> None:
    for body in (
        {"error": "Invalid_request", "error_description": words},
        {"code": str(status), "message": words},
        [{"code": str(status), "message": words}],
    ):
        assert understood(status, body).meaning is meaning


def test_the_quota_says_when_to_come_back() -> None:
    for body in (
        {"code": "900804", "nextAccessTime": "2026-Jul-22 05:00:00+0000 UTC"},
        {"fault": {"code": 900804, "nextAccessTime": "2026-Jul-22 05:00:00+0000 UTC"}},
    ):
        assert understood(429, body).retry_at == datetime(2026, 7, 22, 5, tzinfo=UTC)
    for unreadable in (None, "", "tomorrow", 5, "0001-Jan-01 00:00:00+1400 UTC", "2026-Juil-22 05:00:00+0000 UTC"):
        refusal = understood(429, {"code": "900804", "nextAccessTime": unreadable})
        assert (refusal.meaning, refusal.retry_at) == (Meaning.QUOTA, None)


@pytest.mark.parametrize(
    ("status", "body", "meaning"),
    [
        (404, b"", Meaning.ABSENT),
        (404, b"<html>nothing here</html>", Meaning.OUR_FAULT),
        (429, b"<html>slow down</html>", Meaning.QUOTA),
        (401, b"", Meaning.UNAUTHORIZED),
        (502, b"<html>Bad Gateway</html>", Meaning.DOWN),
        (503, b"\xff\xfe", Meaning.DOWN),
        (302, b"", Meaning.OUR_FAULT),
        (500, b"[" * 200_000, Meaning.OUR_FAULT),
        (500, b"[]", Meaning.OUR_FAULT),
        (500, b"null", Meaning.OUR_FAULT),
        (500, b'{"fault": "broken"}', Meaning.OUR_FAULT),
    ],
)
def test_bodies_that_are_not_enedis_own(status: int, body: bytes, meaning: Meaning) -> None:
    """A stranger's 404 page does not say that Enedis has no data: it would be believed for good."""
    assert understand(Answer(status, body, {})).meaning is meaning


@pytest.mark.parametrize("key", ["error", "code"])
def test_a_meter_number_never_gets_into_the_error(key: str) -> None:
    for value in (f"point {PRM} unknown", PRM, int(PRM), {"point": PRM}, [PRM]):
        refusal = understood(400, {key: value, "message": f"{PRM}", "error_description": PRM})
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
    refusal = understand(Answer(status, body, {}))
    assert isinstance(refusal.meaning, Meaning)
    assert refusal.retry_at is None or refusal.retry_at.tzinfo is not None
