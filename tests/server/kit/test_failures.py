"""What failed is failing until it is tried with success."""

import pytest

from gateway.kit.failures import Failures
from gateway.kit.outage import DatabaseDownError


def test_work_fails_until_it_is_tried_with_success() -> None:
    counted: list[str] = []
    failing: dict[str, int] = {}
    failures = Failures(counted.append, failing.__setitem__)

    def attempt(meter: str, *, works: bool) -> None:
        with failures.contain("archive"), failures.contain("archive", usage_point=meter):
            assert works, "an error like any other"

    attempt("first", works=False)
    attempt("second", works=False)
    attempt("first", works=False)
    assert failing == {"archive": 2}
    attempt("third", works=True)
    assert failing == {"archive": 2}, "another meter that works says nothing of these"
    attempt("first", works=True)
    assert failing == {"archive": 1}
    with pytest.raises(DatabaseDownError), failures.contain("archive", usage_point="second"):
        raise DatabaseDownError
    assert failing == {"archive": 1}, "an outage says nothing"
    attempt("second", works=True)
    assert failing == {"archive": 0}
    assert counted == ["archive"] * 3
