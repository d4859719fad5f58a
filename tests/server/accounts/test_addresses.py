"""Addresses are compared as people mean them."""

import unicodedata
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.accounts.addresses import InvalidAddressError, normalize_email, validate_address
from gateway.accounts.service import build_account, is_admin
from gateway.kit.crypto import Keyring


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Alice@Example.ORG", "alice@example.org"),
        ("  alice@example.org ", "alice@example.org"),
        ("élise@exämple.org", "E\u0301LISE@XN--EXMPLE-CUA.ORG"),
        ("alice@example。org", "alice@example.org"),
    ],
)
def test_spellings_of_one_address(one: str, other: str) -> None:
    assert normalize_email(one) == normalize_email(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ｃhef@example.org", "chef@example.org"),
        ("ﬁona@example.org", "fiona@example.org"),
        ("straße@example.org", "strasse@example.org"),
        ("ſimon@example.org", "simon@example.org"),
        ("ａdmin@example.org", "ADMIN@example.org"),
    ],
)
def test_lookalikes_are_other_addresses(one: str, other: str) -> None:
    assert normalize_email(one) != normalize_email(other)


@pytest.mark.parametrize("lookalike", ["ｃhef@example.org", "ﬁona@example.org", "ſimon@example.org", "①@example.org"])
def test_an_address_that_is_not_in_its_normal_form_is_refused(lookalike: str) -> None:
    with pytest.raises(InvalidAddressError):
        validate_address(lookalike)


@pytest.mark.parametrize("other", ["alice+tag@example.org", "a.lice@example.org", "alice@example.com", "alice"])
def test_what_may_be_another_letter_box_is_another_address(other: str) -> None:
    assert normalize_email("alice@example.org") != normalize_email(other)


@given(st.text(max_size=60))
@settings(deadline=None)
def test_a_canonical_address_is_its_own(text: str) -> None:
    found = normalize_email(text)
    assert normalize_email(found) == found
    assert normalize_email(unicodedata.normalize("NFD", text)) == found


@pytest.mark.parametrize(
    "text", ["", "alice", "alice@", "alice bob@example.org", "@example.org", "a@b@c.org", "a\r\nb@x.org"]
)
def test_no_addresses(text: str) -> None:
    with pytest.raises(InvalidAddressError) as refusal:
        validate_address(text)
    assert str(refusal.value) == "this is not an email address", "it repeats nothing"


def test_an_administrator_has_the_very_address_that_is_listed() -> None:
    now = datetime(2026, 11, 3, tzinfo=UTC)
    account = build_account(Keyring.parse_keyring(Keyring.generate_key()), "ｃhef@example.org", "fr", now)
    account.email = "chef@example.org"  # the key that earlier versions gave to this address
    account.verified_at = account.activated_at = now
    assert not is_admin(account, "chef@example.org")
    account.address = "Chef@example.org"
    assert is_admin(account, "chef@example.org")
