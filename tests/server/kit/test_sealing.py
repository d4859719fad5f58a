"""What is sealed can be opened by its key, in its place, and nowhere else."""

import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.kit.crypto import Keyring, UndecipherableError, compute_keyed_hash, generate_random_key, seal, unseal

OLD, NEW = Keyring.generate_key(), Keyring.generate_key().replace("k1:", "k2:")


@given(st.binary(max_size=300), st.text(max_size=30))
@settings(deadline=None)
def test_it_comes_back(plaintext: bytes, context: str) -> None:
    key = generate_random_key()
    sealed = seal(key, plaintext, context)
    assert unseal(key, sealed, context) == plaintext
    assert sealed != seal(key, plaintext, context), "twice the same would tell that it is the same"


@given(st.data())
@settings(deadline=None)
def test_a_changed_bit_a_lost_byte_another_place_or_key_open_nothing(data: st.DataObject) -> None:
    key = generate_random_key()
    sealed = seal(key, b"540 W", "days.payload:a:2026-01-01")
    at = data.draw(st.integers(0, len(sealed) - 1))
    changed = bytearray(sealed)
    changed[at] ^= 1 << data.draw(st.integers(0, 7))
    for wrong in (bytes(changed), sealed[:at], sealed[at + 1 :], sealed + b"\0"):
        with pytest.raises(UndecipherableError):
            unseal(key, wrong, "days.payload:a:2026-01-01")
    with pytest.raises(UndecipherableError):
        unseal(key, sealed, "days.payload:a:2026-01-02")
    with pytest.raises(UndecipherableError):
        unseal(generate_random_key(), sealed, "days.payload:a:2026-01-01")


def test_after_a_rotation_the_new_key_seals_and_the_old_one_still_opens() -> None:
    wrapped = Keyring.parse_keyring(OLD).wrap(b"data key", "accounts.data_key:1")
    both = Keyring.parse_keyring(f"{NEW}, {OLD}")
    assert both.unwrap(wrapped, "accounts.data_key:1") == b"data key"
    again = both.wrap(b"data key", "accounts.data_key:1")
    assert Keyring.parse_keyring(NEW).unwrap(again, "accounts.data_key:1") == b"data key"
    for ring, sealed in ((NEW, wrapped), (OLD, again)):
        with pytest.raises(UndecipherableError):
            Keyring.parse_keyring(ring).unwrap(sealed, "accounts.data_key:1")
    with pytest.raises(UndecipherableError):
        both.unwrap(wrapped, "accounts.data_key:2")


@given(st.binary(max_size=100))
@settings(deadline=None)
def test_rubbish_is_undecipherable(rubbish: bytes) -> None:
    with pytest.raises(UndecipherableError):
        Keyring.parse_keyring(OLD).unwrap(rubbish, "context")
    with pytest.raises(UndecipherableError):
        Keyring.parse_keyring(OLD).unwrap(b"k1\0" + rubbish, "context")


KEY = base64.urlsafe_b64encode(bytes(range(32))).decode()


@pytest.mark.parametrize(
    "text",
    [
        "",
        KEY,
        f":{KEY}",
        f"k 1:{KEY}",
        "k1:",
        "k1:c2hvcnQ",
        f"k1:{KEY[:-4]}",
        f"k1:{KEY}AAAA",
        f"k1:!!{KEY}",
        f"k1:{KEY},",
        f"k1:{KEY};k2:{KEY}",
        f"k1:{KEY},k1:{KEY}",
        "k1:élève",
    ],
)
def test_a_malformed_ring_says_what_to_change_and_not_what_it_is(text: str) -> None:
    with pytest.raises(ValueError, match="ENCRYPTION_KEYS must") as refusal:
        Keyring.parse_keyring(text)
    assert KEY[:10] not in str(refusal.value)


def test_padding_is_free() -> None:
    assert Keyring.parse_keyring(f"k1:{KEY}") == Keyring.parse_keyring(f"k1:{KEY.rstrip('=')}")


def test_a_ring_does_not_show_its_keys() -> None:
    assert "\\x" not in repr(Keyring.parse_keyring(OLD))
    assert OLD[3:] not in repr(Keyring.parse_keyring(OLD))


def test_keyed_hashes_depend_on_key_purpose_and_text() -> None:
    key = generate_random_key()
    hashes = {
        compute_keyed_hash(*given)
        for given in ((key, "prm", "1"), (key, "prm", "2"), (key, "id", "1"), (generate_random_key(), "prm", "1"))
    }
    assert len(hashes) == 4
    assert compute_keyed_hash(key, "prm", "1") in hashes
