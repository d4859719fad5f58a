"""Tokens that this gateway signed, for this purpose, and that have not ended: no others."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.accounts import secrets
from gateway.accounts.tokens import LIFETIME, Claims, InvalidTokenError, issue_token, read_token

KEY, OTHER = "k" * 43, "o" * 43
NOW = datetime(2026, 11, 3, 9, 30, tzinfo=UTC)
CLAIMS = Claims("account", "medc_client", 3)


def sign_token(now: datetime = NOW) -> str:
    return issue_token(CLAIMS, key=KEY, issuer="here", now=now)


def assert_refused(token: str, *, key: str = KEY, issuer: str = "here", now: datetime = NOW) -> None:
    with pytest.raises(InvalidTokenError) as refusal:
        read_token(token, key=key, issuer=issuer, now=now)
    assert str(refusal.value) == ""


def forge_token(key: str = KEY, algorithm: str = "HS256", **changed: Any) -> str:
    """A token like ours but for what changed; None leaves a claim out."""
    claims = jwt.decode(sign_token(), options={"verify_signature": False}) | changed
    return jwt.encode({name: value for name, value in claims.items() if value is not None}, key, algorithm)


def test_what_was_said_is_read() -> None:
    assert read_token(sign_token(), key=KEY, issuer="here", now=NOW) == CLAIMS
    assert read_token(forge_token(), key=KEY, issuer="here", now=NOW) == CLAIMS


@pytest.mark.parametrize("years", [-20, 0, 20])
def test_time_is_that_of_the_gateways_clock(years: int) -> None:
    now = NOW.replace(year=NOW.year + years)
    token = sign_token(now)
    assert read_token(token, key=KEY, issuer="here", now=now + LIFETIME - timedelta(seconds=1)) == CLAIMS
    assert_refused(token, now=now + LIFETIME)
    assert_refused(token, now=now + timedelta(days=400))


def test_another_key_or_another_gateway() -> None:
    assert_refused(sign_token(), key=OTHER)
    assert_refused(sign_token(), issuer="elsewhere")
    assert_refused(forge_token(key=OTHER))


@pytest.mark.parametrize(
    "changed",
    [
        {"aud": "session"},
        {"aud": None},
        {"iss": None},
        {"iss": "elsewhere"},
        {"exp": None},
        {"iat": None},
        {"sub": None},
        {"client_id": None},
        {"ver": None},
        {"ver": "latest"},
    ],
)
def test_claims_that_are_not_ours_though_well_signed(changed: dict[str, Any]) -> None:
    assert_refused(forge_token(**changed))


def test_no_signature_and_other_algorithms() -> None:
    head = base64.urlsafe_b64encode(json.dumps({"alg": "none", "typ": "JWT"}).encode()).decode().rstrip("=")
    body = sign_token().split(".")[1]
    for token in (f"{head}.{body}.", f"{head}.{body}.{sign_token().split('.')[2]}", f"{head}.{body}"):
        assert_refused(token)
    assert_refused(jwt.encode(jwt.decode(sign_token(), options={"verify_signature": False}), "", "none"))
    assert_refused(forge_token(key="k" * 64, algorithm="HS512"), key="k" * 64)


@given(st.data())
@settings(deadline=None)
def test_one_changed_letter_voids_it(data: st.DataObject) -> None:
    token = sign_token()
    at = data.draw(st.sampled_from([number for number, letter in enumerate(token[:-1]) if letter != "."]))
    letter = data.draw(st.sampled_from([letter for letter in "Aa0-_.é" if letter != token[at]]))
    assert_refused(token[:at] + letter + token[at + 1 :])


@given(st.text(max_size=200))
@settings(deadline=None)
def test_whatever_else_is_sent_is_refused_quietly(token: str) -> None:
    assert_refused(token)


def test_secrets_are_their_own_and_recognised() -> None:
    made = {secrets.make_client_secret() for _ in range(50)}
    assert len(made) == 50
    assert all(secrets.has_valid_checksum(secret) for secret in made)
    assert len({secrets.hash_secret(secret) for secret in made}) == 50
    assert len({secrets.make_client_id() for _ in range(50)}) == 50


@given(st.integers(0, 50), st.sampled_from("Aa0 é"))
@settings(deadline=None)
def test_a_mistyped_secret_is_seen_at_once(at: int, letter: str) -> None:
    secret = secrets.make_client_secret()
    assert len(secret) == 51
    wrongs = {secret[:at] + letter + secret[at + 1 :], secret[:at] + secret[at + 1 :], f" {secret}", secret + "a"}
    assert not any(secrets.has_valid_checksum(wrong) for wrong in wrongs - {secret})


@given(st.text(max_size=60))
@settings(deadline=None)
def test_no_text_makes_the_check_fail(text: str) -> None:
    assert not secrets.has_valid_checksum(text)
    assert not secrets.has_valid_checksum(f"meds_{text}")
