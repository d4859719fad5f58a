"""The line that remains of a failure where a log is cut says where it was, what was awaited, and what was seen."""

import pytest

from tests.e2e.failures import summarize


def press_button() -> None:
    error = AssertionError("a button\nCall log:\n  - waiting for it")
    error.add_note("http://localhost/page\n" + "its text " * 100)
    raise error


def test_a_failure_is_told_in_one_line() -> None:
    with pytest.raises(AssertionError) as failure:
        press_button()
    told = summarize(failure)
    step, what, seen = told.partition(": ")[0], *told.partition(": ")[2].split(" | ")
    assert step.startswith("press_button, line ")
    assert what == "a button Call log: - waiting for it"
    assert seen.startswith("http://localhost/page its text")
    assert len(seen) == 400
    assert "\n" not in told


def test_a_message_of_one_long_word_is_cut() -> None:
    with pytest.raises(AssertionError) as failure:
        raise AssertionError("x" * 1000)
    assert summarize(failure).partition(": ")[2] == "x" * 400
