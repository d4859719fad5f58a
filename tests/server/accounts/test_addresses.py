"""Addresses are compared as people mean them."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.accounts.addresses import InvalidAddressError, canonical, checked


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Alice@Example.ORG", "alice@example.org"),
        ("  alice@example.org ", "alice@example.org"),
        ("élise@exämple.org", "E\u0301LISE@XN--EXMPLE-CUA.ORG"),
        ("ﬁona@example.org", "fiona@example.org"),
        ("straße@example.org", "STRASSE@example.org"),
        ("alice@example。org", "alice@example.org"),
    ],
)
def test_spellings_of_one_address(one: str, other: str) -> None:
    assert canonical(one) == canonical(other)


@pytest.mark.parametrize("other", ["alice+tag@example.org", "a.lice@example.org", "alice@example.com", "alice"])
def test_what_may_be_another_letter_box_is_another_address(other: str) -> None:
    assert canonical("alice@example.org") != canonical(other)


@given(st.text(max_size=60))
@settings(deadline=None)
def test_a_canonical_address_is_its_own(text: str) -> None:
    found = canonical(text)
    assert canonical(found) == found
    assert canonical(unicodedata.normalize("NFD", text)) == found


@pytest.mark.parametrize(
    "text", ["", "alice", "alice@", "alice bob@example.org", "@example.org", "a@b@c.org", "a\r\nb@x.org"]
)
def test_no_addresses(text: str) -> None:
    with pytest.raises(InvalidAddressError) as refusal:
        checked(text)
    assert str(refusal.value) == "this is not an e-mail address", "it repeats nothing"
